import type { Catalog } from "#platform";
import type { Metrics } from "./metrics.ts";
import type { Answer, Route } from "./route.ts";

export interface HealthParts {
  readonly catalog: Catalog;
  readonly metrics: Metrics;
  readonly activeRequests: () => number;
  readonly isDraining: () => boolean;
}

/** Doors for whoever keeps the server running. */
export function operationsRoutes(parts: HealthParts): readonly Route[] {
  // oxfmt-ignore
  return [
    { method: "GET", paths: ["/healthz"], group: "Operations", summary: "Whether the server is alive", isPublic: true, handle: () => ({ kind: "json", value: { status: "ok" } }) },
    { method: "GET", paths: ["/readyz"], group: "Operations", summary: "Whether the default model is loaded", isPublic: true, handle: () => readiness(parts) },
    { method: "GET", paths: ["/metrics"], group: "Operations", summary: "Counters and gauges for Prometheus", isPublic: true, handle: () => exposition(parts) },
  ];
}

/** 200 when the default model answers requests; 503 with the reason while it does not. */
function readiness({ catalog, isDraining }: HealthParts): Answer {
  const { state, current } = catalog.default;
  const engine = current?.engine.status().state;
  const isReady = state === "ready" && engine === "ready" && !isDraining();
  const reason = isDraining() ? "stopping" : state === "ready" ? (engine ?? "loading") : state;
  const value = { status: isReady ? "ready" : reason, model: catalog.default.spec.id };
  return { kind: "json", status: isReady ? 200 : 503, value };
}

function exposition({ catalog, metrics, activeRequests }: HealthParts): Answer {
  const contentType = "text/plain; version=0.0.4; charset=utf-8";
  return { kind: "text", contentType, text: metrics.render(catalog, activeRequests()) };
}
