import Fastify from "fastify";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { TramontaneError } from "#base";
import type { Clock, Logger } from "#base";
import { RandomPool, uuidv7 } from "#platform";
import { Activity } from "./activity.ts";
import { withSessions } from "./app/guard.ts";
import { registerApp } from "./app/register-app.ts";
import type { AppParts } from "./app/register-app.ts";
import type { Authenticate } from "./authenticate.ts";
import { referencePage } from "./docs-page.ts";
import { toWireFailure } from "./error-boundary.ts";
import { commonHeaders, preflightHeaders, setHeaders } from "./headers.ts";
import { operationsRoutes } from "./health.ts";
import { parseJsonBody } from "./json-body.ts";
import type { Metrics } from "./metrics.ts";
import { openApiDocument } from "./openapi.ts";
import { readingRules } from "./reading-rules.ts";
import type { Route } from "./route.ts";
import { apiRoutes } from "./routes.ts";
import type { ApiParts } from "./routes.ts";
import { serveRoute } from "./serve-route.ts";

export interface HttpServerParts extends ApiParts {
  readonly authenticate: Authenticate;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly version: string;
  /** Doors of other floors' use cases. */
  readonly routes?: readonly Route[];
  /** The web app and its own API; absent: none is served. */
  readonly app?: Omit<AppParts, "logger">;
  /** Undefined: plain HTTP, for loopback and behind proxies. */
  readonly tls?: TlsIdentity | undefined;
  readonly options?: Partial<HttpServerOptions>;
}

/** Who a server is, and its proof: both as PEM. */
export interface TlsIdentity {
  readonly cert: Buffer;
  readonly key: Buffer;
}

export interface HttpServerOptions {
  /** Largest JSON body. */
  readonly bodyBytes: number;
  /** Silence in a stream after which a heartbeat is sent. */
  readonly heartbeatMs: number;
  /** How long `close` lets running requests finish. */
  readonly drainMs: number;
  /** What to do with top-level fields nobody knows. */
  readonly unknownFields: "reject" | "ignore";
  /** Whether each request becomes a line of the log: who, which door, how it ended, how long. Never what was said. */
  readonly accessLog: boolean;
}

const DEFAULTS: HttpServerOptions = {
  bodyBytes: 32 * 1024 * 1024,
  heartbeatMs: 5000,
  drainMs: 10_000,
  unknownFields: "reject",
  accessLog: false,
};

export interface HttpServer {
  /** Port 0 picks a free one. Errors: those of the operating system. */
  listen(host: string, port: number): Promise<{ readonly host: string; readonly port: number }>;
  /** Lets running requests finish, ends what is left cleanly, and stops listening. */
  close(): Promise<void>;
}

/** All doors of the house behind one port. */
export function createHttpServer(parts: HttpServerParts): HttpServer {
  const options = { ...DEFAULTS, ...parts.options };
  const activity = new Activity();
  const state = { isDraining: false };
  const app = createApp(parts, options);
  const routes = allRoutes(parts, options, { activity, state });
  addHooks(app, state);
  const authenticate = parts.app ? withSessions(parts.authenticate, parts.app.sessions) : parts.authenticate;
  for (const route of routes) {
    const { heartbeatMs, accessLog } = options;
    for (const url of route.paths) {
      const handler = serveRoute(route, url, { ...parts, authenticate, activity, heartbeatMs, accessLog });
      app.route({ method: route.method, url, handler, config: WRITES_ITS_HEAD });
    }
  }
  refuseOtherMethods(app, routes);
  addBoundary(app, parts.logger);
  if (parts.app) registerApp(app, { ...parts.app, logger: parts.logger });
  return {
    async listen(host, port) {
      await app.listen({ host, port });
      const address = app.server.address();
      return { host, port: typeof address === "object" && address ? address.port : port };
    },
    async close() {
      state.isDraining = true;
      await activity.drain(options.drainMs);
      await app.close();
    },
  };
}

/** Such a route begins its answers with the common headers itself. */
const WRITES_ITS_HEAD = { writesItsHead: true };

function createApp({ logger, tls, clock }: HttpServerParts, options: HttpServerOptions): FastifyInstance {
  const random = new RandomPool();
  const app: FastifyInstance = Fastify({
    https: tls ? { ...tls, minVersion: "TLSv1.2" } : null,
    bodyLimit: options.bodyBytes,
    requestIdHeader: false,
    genReqId: () => uuidv7(clock.nowMs(), (length) => random.take(length)),
    // Longer than any client's or proxy's own, so that they close first and never meet a closed connection.
    keepAliveTimeout: 72_000,
    requestTimeout: 0,
    routerOptions: { ignoreTrailingSlash: true },
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    // Our own refusal while draining has the body clients can read.
    return503OnClosing: false,
    // A path that cannot be decoded is refused before any hook runs.
    frameworkErrors(error, request, reply) {
      void answerFailure(logger, { thrown: error, request, reply });
    },
  });
  app.server.headersTimeout = 75_000;
  app.removeAllContentTypeParsers();
  // Forms are read by their doors, while they arrive.
  app.addContentTypeParser("multipart/form-data", (_request, payload, done) => done(null, payload));
  // Whatever a client calls its JSON; what it is mostly called has not to be looked for.
  app.addContentTypeParser(["application/json", "*"], { parseAs: "buffer" }, (_request, body, done) => {
    try {
      done(null, parseJsonBody(body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
  return app;
}

interface Inside {
  readonly activity: Activity;
  readonly state: { readonly isDraining: boolean };
}

function allRoutes(parts: HttpServerParts, options: HttpServerOptions, { activity, state }: Inside): readonly Route[] {
  const { catalog, metrics, version } = parts;
  const rules = readingRules(catalog.default.spec.id, options.unknownFields);
  const documented: Route[] = [
    ...apiRoutes(parts, rules),
    ...(parts.routes ?? []),
    ...operationsRoutes({
      catalog,
      metrics,
      activeRequests: () => activity.size,
      isDraining: () => state.isDraining,
    }),
  ];
  const document = openApiDocument(documented, version);
  const page = referencePage(documented, version);
  const shared = { method: "GET", group: "Reference", isPublic: true } as const;
  return [
    ...documented,
    { ...shared, paths: ["/openapi.json"], summary: "This API", handle: () => ({ kind: "json", value: document }) },
    { ...shared, paths: ["/docs"], summary: "This API, for people", handle: () => page },
  ];
}

function addHooks(app: FastifyInstance, state: { readonly isDraining: boolean }): void {
  app.addHook("onRequest", (request, reply, done) => {
    const { writesItsHead } = (request.routeOptions.config ?? {}) as { writesItsHead?: boolean };
    if (!writesItsHead) introduce(request, reply);
    if (request.method === "OPTIONS") return void reply.code(204).headers(preflightHeaders(request.headers)).send();
    const isOperation = state.isDraining && ["/healthz", "/readyz", "/metrics"].includes(request.url);
    if (state.isDraining && !isOperation) done(new TramontaneError("engine_unavailable", "The server is stopping"));
    else done();
  });
}

/** Begins an answer that the framework writes. */
function introduce(request: FastifyRequest, reply: FastifyReply): void {
  setHeaders(reply, commonHeaders(request.id, request.headers));
}

/** A path that exists answers every other verb with 405 and the verbs it has. */
function refuseOtherMethods(app: FastifyInstance, routes: readonly Route[]): void {
  const byPath = new Map<string, string[]>();
  for (const { method, paths } of routes) {
    for (const path of paths) byPath.set(path, [...(byPath.get(path) ?? []), method]);
  }
  for (const [url, methods] of byPath) {
    const others = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"].filter((method) => !methods.includes(method));
    app.route({
      method: others,
      url,
      handler(request, reply) {
        reply.header("allow", methods.join(", "));
        throw new TramontaneError(
          "method_not_allowed",
          `${request.method} is not allowed here; use ${methods.join(", ")}`,
        );
      },
    });
  }
}

function addBoundary(app: FastifyInstance, logger: Logger): void {
  app.setErrorHandler((thrown, request, reply) => answerFailure(logger, { thrown, request, reply }));
  app.setNotFoundHandler((request, reply) => {
    const thrown = new TramontaneError("not_found", "no Route matched with those values");
    return answerFailure(logger, { thrown, request, reply });
  });
}

interface Failure {
  readonly thrown: unknown;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

function answerFailure(logger: Logger, { thrown, request, reply }: Failure): FastifyReply {
  const requestId = request.id;
  if (!reply.hasHeader("x-request-id")) introduce(request, reply);
  const { status, headers, body } = toWireFailure(thrown, requestId);
  if (status >= 500) {
    const about = { requestId, path: request.routeOptions?.url };
    // Our own refusals, such as those while stopping, come in great numbers, and where they are thrown says nothing.
    if (isRefusal(thrown)) logger.log("warn", "http.refused", { ...about, code: thrown.code });
    else logger.log("error", "http.failed", { ...about, ...describeError(thrown) });
  }
  return reply.code(status).headers(headers).type("application/json").send(JSON.stringify(body));
}

const isRefusal = (thrown: unknown): thrown is TramontaneError =>
  thrown instanceof TramontaneError && thrown.code !== "internal" && !(thrown.cause instanceof Error);

/** Where it broke, without what was said. */
function describeError(thrown: unknown): Record<string, unknown> {
  if (!(thrown instanceof Error)) return { error: typeof thrown };
  const cause = thrown.cause instanceof Error ? thrown.cause : thrown;
  return { error: cause.name, stack: cause.stack?.split("\n").slice(1, 6).join("\n") };
}
