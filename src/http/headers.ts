import type { IncomingHttpHeaders } from "node:http";
import type { FastifyReply } from "fastify";
import type { LimitState } from "#platform";

/** Headers as Node writes them without sorting them first: names and values in turn. */
export type HeaderList = string[];

/** What every answer begins with: who may read it, and the request's id under every name a vendor's client looks for. */
export function commonHeaders(requestId: string, incoming: IncomingHttpHeaders): HeaderList {
  // Any page may call: a key is needed anyway, and browsers never add one by themselves.
  const list = [
    "access-control-allow-origin",
    "*",
    "access-control-expose-headers",
    "*",
    "x-content-type-options",
    "nosniff",
    "mistral-correlation-id",
    requestId,
    "x-kong-request-id",
    requestId,
    "x-request-id",
    requestId,
    "apim-request-id",
    requestId,
    "x-ms-request-id",
    requestId,
  ];
  const clientId = incoming["x-ms-client-request-id"];
  if (typeof clientId === "string" && /^[\w.-]{1,128}$/.test(clientId)) list.push("x-ms-client-request-id", clientId);
  return list;
}

/** What is said twice holds as it was said last: a request may be answered in several turns. */
export function addHeaders(list: HeaderList, more: Readonly<Record<string, string>>): void {
  for (const name in more) {
    let at = 0;
    while (at < list.length && list[at] !== name) at += 2;
    list[at] = name;
    list[at + 1] = more[name]!;
  }
}

/** For answers that the framework writes. */
export function setHeaders(reply: FastifyReply, list: HeaderList): void {
  for (let i = 0; i < list.length; i += 2) reply.header(list[i]!, list[i + 1]);
}

/** What a preflight is told. */
export function preflightHeaders(incoming: IncomingHttpHeaders): Record<string, string> {
  return {
    "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE, OPTIONS",
    "access-control-allow-headers": String(incoming["access-control-request-headers"] ?? "*"),
    "access-control-max-age": "86400",
  };
}

/** How long we worked, under every name. */
export function timingHeaders(elapsedMs: number): Record<string, string> {
  const elapsed = String(Math.round(elapsedMs));
  return {
    "x-kong-upstream-latency": elapsed,
    "x-kong-proxy-latency": "0",
    "x-envoy-upstream-service-time": elapsed,
    "openai-processing-ms": elapsed,
  };
}

/** No proxy may hold or change a stream. */
export const STREAM_HEADERS: readonly string[] = [
  "content-type",
  "text/event-stream; charset=utf-8",
  "cache-control",
  "no-cache, no-transform",
  "x-accel-buffering",
  "no",
];

/** Names the nested fields that had no effect; header-safe and bounded. */
export function ignoredHeader(ignored: readonly string[] | undefined): Record<string, string> {
  if (!ignored || ignored.length === 0) return {};
  const names = ignored.slice(0, 20).map((path) => path.replace(/[^\w.[\]-]/g, "?").slice(0, 120));
  return { "x-tramontane-ignored": names.join(", ") };
}

/** What is left of the caller's allowance, in Mistral's words and in OpenAI's. */
export function limitHeaders(limits: LimitState): Record<string, string> {
  const reset = `${Math.ceil(limits.resetMs / 1000)}s`;
  return {
    "x-ratelimit-limit-req-minute": String(limits.requestsPerMinute),
    "x-ratelimit-remaining-req-minute": String(limits.remainingRequests),
    "x-ratelimit-limit-tokens-minute": String(limits.tokensPerMinute),
    "x-ratelimit-remaining-tokens-minute": String(limits.remainingTokens),
    "x-ratelimit-tokens-query-cost": String(limits.queryTokens),
    "x-ratelimit-limit-requests": String(limits.requestsPerMinute),
    "x-ratelimit-remaining-requests": String(limits.remainingRequests),
    "x-ratelimit-reset-requests": reset,
    "x-ratelimit-limit-tokens": String(limits.tokensPerMinute),
    "x-ratelimit-remaining-tokens": String(limits.remainingTokens),
    "x-ratelimit-reset-tokens": reset,
  };
}
