import type { FastifyReply, FastifyRequest } from "fastify";
import { TramontaneError } from "#base";
import type { CancelSignal, Clock, Logger } from "#base";
import type { Caller } from "#platform";
import { detectDialect, HEARTBEAT } from "#protocol";
import type { Activity } from "./activity.ts";
import type { Authenticate } from "./authenticate.ts";
import { toWireError, toWireFailure } from "./error-boundary.ts";
import { sendEvents, settlesWithin } from "./event-stream.ts";
import {
  addHeaders,
  commonHeaders,
  ignoredHeader,
  limitHeaders,
  setHeaders,
  STREAM_HEADERS,
  timingHeaders,
} from "./headers.ts";
import type { HeaderList } from "./headers.ts";
import type { Answer, Exchange, Route } from "./route.ts";

export interface ServeParts {
  readonly authenticate: Authenticate;
  readonly activity: Activity;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly heartbeatMs: number;
  readonly accessLog: boolean;
}

/** Who knocks at a public door. */
const NOBODY: Caller = {
  organizationId: "",
  workspaceId: "",
  keyId: undefined,
  userId: undefined,
  scopes: new Set(),
  models: undefined,
};

/** Turns one HTTP request at one of a route's paths into an exchange, and the handler's answer into bytes. */
export function serveRoute(route: Route, path: string, parts: ServeParts) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const began = parts.clock.monotonicMs();
    const signal = parts.activity.enter();
    let caller = NOBODY;
    // It happens once. `once` would be told so by an object that V8 takes for long-lived, and the request with it (decision 0450).
    reply.raw.on("close", () => {
      if (!reply.raw.writableFinished) signal.cancel(new TramontaneError("cancelled", "The client left"));
      parts.activity.leave(signal);
      if (parts.accessLog) logAccess(request, reply, { ...parts, path, caller, began });
    });
    const head = commonHeaders(request.id, request.headers);
    const ignored: string[] = [];
    try {
      if (!route.isPublic) caller = await parts.authenticate(request.headers);
      const exchange = toExchange(request, { path, caller, signal, head, ignored });
      const pending = Promise.resolve(route.handle(exchange));
      const isLate = wantsStream(route, exchange) && !(await settlesWithin(pending, parts.heartbeatMs));
      if (isLate) return await bridge(pending, { route, exchange, reply, parts, head, ignored });
      const answer = await pending;
      if ("ignored" in answer) ignored.push(...(answer.ignored ?? []));
      return await send(answer, reply, { parts, head, ignored, elapsedMs: parts.clock.monotonicMs() - began });
    } catch (error) {
      setHeaders(reply, head);
      throw error;
    }
  };
}

function wantsStream({ breakOff }: Route, { body }: Exchange): boolean {
  return breakOff !== undefined && (body as { stream?: unknown } | undefined)?.stream === true;
}

interface Late {
  readonly route: Route;
  readonly exchange: Exchange;
  readonly reply: FastifyReply;
  readonly parts: ServeParts;
  readonly head: HeaderList;
  readonly ignored: readonly string[];
}

/** Keeps a stream's reader and the proxies between patient while a model is being loaded. */
async function bridge(
  pending: Promise<Answer>,
  { route, exchange, reply, parts, head, ignored }: Late,
): Promise<unknown> {
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, [...head, ...STREAM_HEADERS]);
  raw.write(HEARTBEAT);
  const heart = setInterval(() => raw.write(HEARTBEAT), parts.heartbeatMs);
  try {
    const answer = await pending;
    clearInterval(heart);
    if (answer.kind === "events") return await sendStream(answer, reply, { parts, head, ignored, elapsedMs: 0 });
  } catch (error) {
    clearInterval(heart);
    raw.write(route.breakOff!(toWireError(error), exchange));
  }
  raw.end();
  return reply;
}

interface Access extends ServeParts {
  readonly path: string;
  readonly caller: Caller;
  readonly began: number;
}

/** The door's pattern, not the address: identifiers of things and words of searches stay out of the log. */
function logAccess(request: FastifyRequest, reply: FastifyReply, about: Access): void {
  const { logger, clock, path, caller, began } = about;
  const { organizationId, workspaceId, keyId, userId } = caller;
  logger.log("info", "http.access", {
    requestId: request.id,
    method: request.method,
    path,
    status: reply.raw.statusCode,
    isComplete: reply.raw.writableFinished,
    durationMs: Math.round(clock.monotonicMs() - began),
    ...(organizationId === "" ? {} : { organizationId, workspaceId, keyId, userId }),
  });
}

interface Received {
  readonly path: string;
  readonly caller: Caller;
  readonly signal: CancelSignal;
  /** What the handler reports goes here. */
  readonly head: HeaderList;
  readonly ignored: string[];
}

function toExchange(request: FastifyRequest, { path, caller, signal, head, ignored }: Received): Exchange {
  const query = request.query as Record<string, unknown>;
  const { headers } = request;
  return {
    caller,
    signal,
    reportIgnored: (fields) => void ignored.push(...fields),
    closing: readClosing(headers["x-tramontane-close"]),
    reportLimits: (limits) => addHeaders(head, limitHeaders(limits)),
    reportDeployment: (id) => addHeaders(head, { "x-tramontane-deployment": id }),
    requestId: request.id,
    dialect: detectDialect({ path, hasApiVersion: "api-version" in query, headers }),
    path,
    params: request.params as Record<string, string>,
    query,
    headers,
    body: request.body,
  };
}

/** `x-tramontane-close: true`: an answer of a form is whole or refused; `false`: it is cut, as hosted APIs cut it. */
function readClosing(header: string | string[] | undefined): Exchange["closing"] {
  if (header === undefined) return undefined;
  if (header === "true") return "required";
  if (header === "false") return "never";
  const message = "x-tramontane-close must be true or false";
  throw new TramontaneError("invalid_request", message, { field: "x-tramontane-close" });
}

interface SendParts {
  readonly parts: ServeParts;
  readonly head: HeaderList;
  readonly ignored: readonly string[];
  readonly elapsedMs: number;
}

function send(answer: Answer, reply: FastifyReply, about: SendParts): unknown {
  switch (answer.kind) {
    case "json":
      return sendJson(answer, reply, about);
    case "text":
      setHeaders(reply, about.head);
      return reply
        .code(answer.status ?? 200)
        .headers(answer.headers ?? {})
        .type(answer.contentType)
        .send(answer.text);
    case "content":
      setHeaders(reply, about.head);
      return reply
        .headers({ ...answer.headers, "content-length": String(answer.bytes) })
        .type(answer.contentType)
        .send(answer.content);
    case "events":
      return sendStream(answer, reply, about);
  }
}

/** Written in one piece: nothing comes after us that would want to change it. */
function sendJson(
  { status, value }: Extract<Answer, { kind: "json" }>,
  reply: FastifyReply,
  { head, elapsedMs, ignored }: SendParts,
): FastifyReply {
  const text = JSON.stringify(value);
  reply.hijack();
  addHeaders(head, timingHeaders(elapsedMs));
  addHeaders(head, ignoredHeader(ignored));
  head.push("content-type", "application/json; charset=utf-8", "content-length", String(Buffer.byteLength(text)));
  reply.raw.writeHead(status ?? 200, head);
  reply.raw.end(text);
  return reply;
}

/** Takes the connection from the framework: a stream is written to the socket as it comes. */
async function sendStream(
  { stream }: Extract<Answer, { kind: "events" }>,
  reply: FastifyReply,
  { parts: { logger, heartbeatMs }, head, ignored }: SendParts,
): Promise<unknown> {
  if (!reply.raw.headersSent) reply.hijack();
  const { raw } = reply;
  const { id: requestId } = reply.request;
  const onBroken = (error: unknown): void => {
    const code = error instanceof TramontaneError ? error.code : "internal";
    if (code !== "cancelled") logger.log("error", "http.stream_broken", { requestId, code });
  };
  const headers = [...head, ...STREAM_HEADERS];
  addHeaders(headers, ignoredHeader(ignored));
  try {
    await sendEvents(raw, stream, { headers, heartbeatMs, onBroken });
  } catch (error) {
    const failure = toWireFailure(error, requestId);
    addHeaders(head, failure.headers);
    raw.writeHead(failure.status, [...head, "content-type", "application/json"]);
    raw.end(JSON.stringify(failure.body));
  }
  return reply;
}
