import type { Clock, Logger } from "#base";
import { OtlpCollector } from "./otlp-collector.ts";
import { OtlpMetrics } from "./otlp-metrics.ts";
import { OtlpTraces } from "./otlp-traces.ts";
import type { TracedRequest } from "./otlp-words.ts";

/** Hears of every request that has ended. */
export interface Telemetry {
  record(traced: TracedRequest): void;
  /** Sends what is waiting, once, and stops. */
  close(): Promise<void>;
}

/** Traces and metrics to one collector. */
export function openTelemetry(parts: { readonly url: URL; readonly clock: Clock; readonly logger: Logger }): Telemetry {
  const collector = new OtlpCollector(parts.url);
  const both = [new OtlpTraces({ ...parts, collector }), new OtlpMetrics({ ...parts, collector })];
  return {
    record(traced) {
      for (const one of both) one.record(traced);
    },
    async close() {
      await Promise.all(both.map((one) => one.close()));
      await collector.close();
    },
  };
}
