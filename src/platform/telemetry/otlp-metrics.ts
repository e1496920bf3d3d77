import type { Clock, Logger } from "#base";
import type { OtlpCollector } from "./otlp-collector.ts";
import { failureOf, nanoseconds, operationOf, RESOURCE, SCOPE, text } from "./otlp-words.ts";
import type { Attribute, TracedRequest } from "./otlp-words.ts";
import { PeriodicSender } from "./periodic-sender.ts";

interface OtlpMetricsParts {
  readonly collector: OtlpCollector;
  readonly clock: Clock;
  readonly logger: Logger;
}

const SEND_MS = 15_000;

/** Upper bounds as the GenAI conventions advise them. */
const DURATIONS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const FIRST_TOKENS = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const NEXT_TOKENS = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5];
const TOKENS = [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304];

/**
 * Histograms of all requests since the start, sent to an OpenTelemetry collector as OTLP over HTTP in JSON, named by the GenAI
 * semantic conventions. Sums are cumulative, so that what a collector misses comes with the next message. Labels name the
 * model and the operation, never an organisation: their number stays bounded.
 */
export class OtlpMetrics {
  readonly #parts: OtlpMetricsParts;
  readonly #startMs: number;
  readonly #sender = new PeriodicSender(SEND_MS, () => this.#post());
  readonly #duration = new Histogram("gen_ai.client.operation.duration", "s", DURATIONS);
  readonly #served = new Histogram("gen_ai.server.request.duration", "s", DURATIONS);
  readonly #firstToken = new Histogram("gen_ai.server.time_to_first_token", "s", FIRST_TOKENS);
  readonly #nextToken = new Histogram("gen_ai.server.time_per_output_token", "s", NEXT_TOKENS);
  readonly #tokens = new Histogram("gen_ai.client.token.usage", "{token}", TOKENS);
  #hasNews = false;

  constructor(parts: OtlpMetricsParts) {
    this.#parts = parts;
    this.#startMs = parts.clock.nowMs();
  }

  record(traced: TracedRequest): void {
    const { outcome } = traced;
    const { durationMs, firstTextMs, promptTokens, completionTokens } = outcome;
    const failure = failureOf(traced);
    const place = [
      text("gen_ai.operation.name", operationOf(traced)),
      text("gen_ai.provider.name", "tramontane"),
      text("gen_ai.request.model", outcome.deployment),
    ];
    const ended = failure === undefined ? place : [...place, text("error.type", failure)];
    this.#duration.observe(ended, durationMs / 1000);
    this.#served.observe(ended, durationMs / 1000);
    this.#tokens.observe([...place, text("gen_ai.token.type", "input")], promptTokens);
    this.#tokens.observe([...place, text("gen_ai.token.type", "output")], completionTokens);
    if (firstTextMs !== undefined) {
      this.#firstToken.observe(place, firstTextMs / 1000);
      const others = completionTokens - 1;
      if (others > 0) this.#nextToken.observe(place, (durationMs - firstTextMs) / 1000 / others);
    }
    this.#hasNews = true;
  }

  /** Sends what is new, once, and stops. */
  async close(): Promise<void> {
    await this.#sender.close();
  }

  async #post(): Promise<void> {
    if (!this.#hasNews) return;
    this.#hasNews = false;
    const times = { startMs: this.#startMs, nowMs: this.#parts.clock.nowMs() };
    const histograms = [this.#duration, this.#served, this.#firstToken, this.#nextToken, this.#tokens];
    const metrics = histograms.filter(({ isEmpty }) => !isEmpty).map((histogram) => histogram.toWire(times));
    try {
      await this.#parts.collector.post("metrics", {
        resourceMetrics: [{ resource: RESOURCE, scopeMetrics: [{ scope: SCOPE, metrics }] }],
      });
    } catch (error) {
      this.#hasNews = true;
      this.#parts.logger.log("warn", "telemetry.not_sent", { signal: "metrics", message: String(error) });
    }
  }
}

class Histogram {
  readonly #name: string;
  readonly #unit: string;
  readonly #bounds: readonly number[];
  readonly #series = new Map<string, { attributes: readonly Attribute[]; counts: number[]; sum: number }>();

  constructor(name: string, unit: string, bounds: readonly number[]) {
    this.#name = name;
    this.#unit = unit;
    this.#bounds = bounds;
  }

  get isEmpty(): boolean {
    return this.#series.size === 0;
  }

  observe(attributes: readonly Attribute[], value: number): void {
    const key = attributes.map((attribute) => attribute.value["stringValue"]).join("\n");
    let series = this.#series.get(key);
    if (series === undefined) {
      series = { attributes, counts: Array.from({ length: this.#bounds.length + 1 }, () => 0), sum: 0 };
      this.#series.set(key, series);
    }
    const bucket = this.#bounds.findIndex((bound) => value <= bound);
    series.counts[bucket === -1 ? this.#bounds.length : bucket]! += 1;
    series.sum += value;
  }

  toWire({ startMs, nowMs }: { readonly startMs: number; readonly nowMs: number }): unknown {
    const dataPoints = [...this.#series.values()].map(({ attributes, counts, sum }) => ({
      attributes,
      startTimeUnixNano: nanoseconds(startMs),
      timeUnixNano: nanoseconds(nowMs),
      count: String(counts.reduce((all, count) => all + count, 0)),
      sum,
      bucketCounts: counts.map(String),
      explicitBounds: this.#bounds,
    }));
    return { name: this.#name, unit: this.#unit, histogram: { aggregationTemporality: CUMULATIVE, dataPoints } };
  }
}

const CUMULATIVE = 2;
