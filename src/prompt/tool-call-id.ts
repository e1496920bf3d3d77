import { mix64 } from "#base";
import type { Random } from "#base";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const LENGTH = 9;
const NATIVE = /^[a-zA-Z0-9]{9}$/u;

/** Whether an id has the form the models were trained on: nine letters or digits. */
export function isNativeCallId(id: string): boolean {
  return NATIVE.test(id);
}

/** A fresh id for a call the model just made. */
export function createCallId(random: Random): string {
  return Array.from({ length: LENGTH }, () => ALPHABET[Math.floor(random.next() * ALPHABET.length)]).join("");
}

/**
 * The nine-character stand-in for a foreign id (`call_…`, a UUID): the same id always gives the same stand-in, which only
 * the prompt ever shows. `attempt` gives another one when two ids of a conversation meet.
 */
export function nativeCallId(foreignId: string, attempt = 0): string {
  let hash = mix64(BigInt(foreignId.length) + (BigInt(attempt) << 32n));
  const hashed = foreignId.length > 512 ? foreignId.slice(0, 256) + foreignId.slice(-256) : foreignId;
  for (let start = 0; start < hashed.length; start += 3) {
    let block = 0n;
    for (const unit of hashed.slice(start, start + 3)) block = (block << 21n) | BigInt(unit.codePointAt(0) ?? 0);
    hash = mix64(hash ^ block);
  }
  let id = "";
  for (let index = 0; index < LENGTH; index += 1) {
    id += ALPHABET[Number(hash % BigInt(ALPHABET.length))];
    hash /= BigInt(ALPHABET.length);
  }
  return id;
}
