import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TramontaneError } from "#base";

const PEPPER_BYTES = 32;

/**
 * The secret that stored key hashes depend on, kept beside the database and not in it: a stolen dump tests no keys. Made on
 * first use. Replicas on one database need the same file.
 */
export function loadPepper(directory: string): Buffer {
  const path = join(directory, "key-pepper");
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const scratch = `${path}.${process.pid}`;
  writeFileSync(scratch, randomBytes(PEPPER_BYTES).toString("hex"), { mode: 0o600 });
  try {
    // A link is made whole or not at all, and never over another process's.
    linkSync(scratch, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(scratch);
  }
  const pepper = Buffer.from(readFileSync(path, "utf8").trim(), "hex");
  if (pepper.length === PEPPER_BYTES) return pepper;
  throw new TramontaneError("config_invalid", `${path} should hold 64 hexadecimal characters.`, {
    hint: "Restore it from a backup: without it no existing API key works. Removing it makes a new one, and all keys void.",
  });
}
