import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { TramontaneError } from "#base";
import type { Caller } from "#platform";

/** Tells who asks, from a request's headers. Errors: `unauthorized`. */
export type Authenticate = (headers: IncomingHttpHeaders) => Promise<Caller>;

/** The keys a request shows, wherever the vendors' clients put them. */
export function presentedKeys(headers: IncomingHttpHeaders): string[] {
  const bearer = /^bearer\s+(.+)$/i.exec(headers.authorization ?? "")?.[1]?.trim();
  const keys = [bearer, headers["api-key"], headers["x-api-key"]];
  return [...new Set(keys.filter((key): key is string => typeof key === "string" && key !== ""))];
}

/**
 * Knows a fixed set of keys, held as digests and compared in constant time. One valid key is enough, whatever else a
 * request shows.
 */
export function fixedKeys(callers: ReadonlyMap<string, Caller>): Authenticate {
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
