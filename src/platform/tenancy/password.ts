import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { TramontaneError } from "#base";

/** Costs of scrypt (RFC 7914): 64 MB and about a tenth of a second, so that a stolen table is slow to try passwords on. */
const COST = { N: 2 ** 16, r: 8, p: 1, maxmem: 2 ** 27 };
const HASH_BYTES = 32;
const SALT_BYTES = 16;
const SHORTEST = 12;

/** What is stored of a password: salt and hash. Throws `invalid_request` when it is too short to be one. */
export async function hashPassword(password: string): Promise<string> {
  if (password.length < SHORTEST) {
    throw new TramontaneError("invalid_request", `A password has at least ${SHORTEST} characters.`, {
      field: "password",
    });
  }
  const salt = randomBytes(SALT_BYTES);
  return `scrypt$${salt.toString("base64url")}$${(await derive(password, salt)).toString("base64url")}`;
}

/** Takes as long when there is nothing to compare with, so that time does not tell whether somebody exists. */
export async function isPassword(password: string, stored: string | undefined): Promise<boolean> {
  const [, salt, hash] = stored?.split("$") ?? [];
  const derived = await derive(password, Buffer.from(salt ?? "", "base64url"));
  const expected = hash === undefined ? Buffer.alloc(HASH_BYTES) : Buffer.from(hash, "base64url");
  return timingSafeEqual(derived, expected) && hash !== undefined;
}

function derive(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize("NFKC"), salt, HASH_BYTES, COST, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
