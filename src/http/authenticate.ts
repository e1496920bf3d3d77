import type { IncomingHttpHeaders } from "node:http";
import type { Caller } from "#platform";

/** Tells who asks, from a request's headers. Errors: `unauthorized`. */
export type Authenticate = (headers: IncomingHttpHeaders) => Promise<Caller>;

/** The keys a request shows, wherever the vendors' clients put them. */
export function presentedKeys(headers: IncomingHttpHeaders): string[] {
  const bearer = /^bearer\s+(.+)$/i.exec(headers.authorization ?? "")?.[1]?.trim();
  const keys = [bearer, headers["api-key"], headers["x-api-key"]];
  return [...new Set(keys.filter((key): key is string => typeof key === "string" && key !== ""))];
}
