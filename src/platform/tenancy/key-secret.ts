import { createHmac, randomBytes } from "node:crypto";

/** The only time a key exists in full is when it is made; afterwards there is its hash and a prefix to recognise it by. */
export interface KeySecret {
  readonly text: string;
  readonly prefix: string;
}

const VISIBLE_BYTES = 4;
const SECRET_BYTES = 32;

/** `tmk_`, 8 characters that may be shown, `_`, and 256 random bits. */
export function makeKeySecret(): KeySecret {
  const prefix = `tmk_${randomBytes(VISIBLE_BYTES).toString("hex")}`;
  return { prefix, text: `${prefix}_${randomBytes(SECRET_BYTES).toString("base64url")}` };
}

/** What may be shown of any key, ours or one that an administrator chose: never more than a quarter of it. */
export function visiblePrefix(key: string): string {
  const ours = /^tmk_[0-9a-f]{8}(?=_[A-Za-z0-9_-]{43}$)/.exec(key);
  return ours?.[0] ?? `${key.slice(0, Math.min(4, Math.floor(key.length / 4)))}***`;
}

/**
 * What is stored of a key: HMAC-SHA-256 under a pepper that is not in the database. A slow hash would add nothing, because
 * a key is 256 random bits, and would cost 20 ms on every request.
 */
export function hashKey(pepper: Buffer, key: string): Buffer {
  return createHmac("sha256", pepper).update(key).digest();
}
