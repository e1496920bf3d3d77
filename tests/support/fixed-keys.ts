import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { TramontaneError } from "#base";
import { presentedKeys } from "#http";
import type { Caller } from "#platform";

/**
 * Knows a fixed set of keys, held as digests and compared in constant time. One valid key is enough, whatever else a
 * request shows.
 */
export function fixedKeys(callers: ReadonlyMap<string, Caller>): (headers: IncomingHttpHeaders) => Promise<Caller> {
  const entries = [...callers].map(([key, caller]) => ({ digest: sha256(key), caller }));
  return async (headers) => {
    const digests = presentedKeys(headers).map(sha256);
    // Every entry is compared with every key, so that time tells nothing about which one matched.
    const matches = digests.flatMap((digest) => entries.filter((entry) => timingSafeEqual(entry.digest, digest)));
    const [match] = matches;
    if (match) return match.caller;
    throw new TramontaneError("unauthorized", "Unauthorized", { hint: "Send Authorization: Bearer YOUR_API_KEY." });
  };
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
