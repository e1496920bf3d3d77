import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "./config.ts";

/** The file that holds the first key in plain text, for its owner alone: the server itself keeps only the hash. */
export const apiKeyFile = (config: Config): string => join(config.dataDir, "api-key");

/** The key this user has for the server: the setting, or the file of the first start. */
export function readApiKey(config: Config): string | undefined {
  if (config.apiKey !== undefined) return config.apiKey;
  try {
    return readFileSync(apiKeyFile(config), "utf8").trim() || undefined;
  } catch {
    return undefined;
  }
}

/** The key to accept; generated and written (mode 0600) when there is none yet. */
export function ensureApiKey(config: Config): { readonly key: string; readonly isNew: boolean } {
  const known = readApiKey(config);
  if (known !== undefined) return { key: known, isNew: false };
  const key = `tmk_${randomBytes(32).toString("base64url")}`;
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  writeFileSync(apiKeyFile(config), `${key}\n`, { mode: 0o600, flag: "wx" });
  return { key, isNew: true };
}
