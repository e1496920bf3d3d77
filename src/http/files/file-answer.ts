import type { FileContent } from "#platform";
import type { Answer, Exchange } from "../route.ts";

/** Exactly this type: clients compare it as text. The name travels beside it; nothing here is ever shown in a page. */
export function fileAnswer({ filename, bytes, content: stream }: FileContent): Answer {
  const disposition = `attachment; filename*=UTF-8''${encodeURIComponent(filename)}`;
  const headers = { "content-disposition": disposition, "cache-control": "private, no-store" };
  return { kind: "content", contentType: "application/octet-stream", bytes, content: stream, headers };
}

/** Where the client believes to be; behind a proxy that says so, outside of it. */
export function originOf(headers: Exchange["headers"]): string {
  const scheme = String(headers["x-forwarded-proto"] ?? "http")
    .split(",")[0]!
    .trim();
  return `${scheme === "https" ? "https" : "http"}://${headers.host ?? "localhost"}`;
}
