import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
  remove(): void;
}

/** A certificate for 127.0.0.1 that signs itself; undefined where there is no `openssl`. */
export function makeCertificate(): CertificateFiles | undefined {
  const folder = mkdtempSync(join(tmpdir(), "certificate-"));
  const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
  const made = spawnSync("openssl", ["req", ...kind, ...subject, "-keyout", key, "-out", cert]);
  if (made.status === 0) return { cert, key, remove };
  remove();
  return undefined;
}
