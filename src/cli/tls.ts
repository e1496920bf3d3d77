import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { TramontaneError } from "#base";
import type { TlsIdentity } from "#http";
import type { Config } from "./config.ts";
import { environmentOf } from "./settings.ts";

type TlsSetting = "tlsCert" | "tlsKey";

/**
 * What the server proves itself with; undefined: it speaks plain HTTP. Read before anything is started. Errors:
 * `config_invalid` naming the setting.
 */
export function readTls({ tlsCert, tlsKey }: Pick<Config, TlsSetting>): TlsIdentity | undefined {
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsCert === undefined) throw invalid("tlsCert", "is missing: TLS needs a certificate and its key");
  if (tlsKey === undefined) throw invalid("tlsKey", "is missing: TLS needs a certificate and its key");
  const cert = readPem("tlsCert", tlsCert);
  const key = readPem("tlsKey", tlsKey);
  tryContext({ cert }, invalid("tlsCert", `must name a PEM file of certificates, and ${tlsCert} is none`));
  tryContext({ key }, invalid("tlsKey", `must name a PEM file of a key without a passphrase, and ${tlsKey} is none`));
  tryContext({ cert, key }, invalid("tlsKey", `must be the key of the certificate in ${tlsCert}, and is another`));
  return { cert, key };
}

/** The address of a server of these settings. */
export function serverUrl(
  { tlsCert }: Pick<Config, "tlsCert">,
  { host, port }: { readonly host: string; readonly port: number },
): string {
  return `${tlsCert === undefined ? "http" : "https"}://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function readPem(name: TlsSetting, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw invalid(name, `cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function tryContext(parts: Partial<TlsIdentity>, otherwise: TramontaneError): void {
  try {
    createSecureContext(parts);
  } catch {
    // What OpenSSL says names its own sources' lines and helps nobody.
    throw otherwise;
  }
}

function invalid(name: TlsSetting, what: string): TramontaneError {
  return new TramontaneError("config_invalid", `${name} (${environmentOf(name)}) ${what}`, { field: name });
}
