export { adminRoutes } from "./admin/admin-routes.ts";
export { fixedKeys } from "./authenticate.ts";
export type { Authenticate } from "./authenticate.ts";
export { createMetrics } from "./metrics.ts";
export type { Metrics } from "./metrics.ts";
export type { Answer, EventStream, Exchange, Route } from "./route.ts";
export { accept } from "./route.ts";
export { createHttpServer } from "./server.ts";
export type { HttpServer, HttpServerOptions, HttpServerParts } from "./server.ts";
