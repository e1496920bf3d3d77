import { randomBytes } from "node:crypto";
import type { Clock, Logger } from "#base";
import type { OtlpCollector } from "./otlp-collector.ts";
import { failureOf, nanoseconds, operationOf, RESOURCE, SCOPE, text } from "./otlp-words.ts";
import type { Attribute, TracedRequest } from "./otlp-words.ts";
import { PeriodicSender } from "./periodic-sender.ts";

interface OtlpTracesParts {
  readonly collector: OtlpCollector;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly name: string;
  readonly kind: 2;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
  readonly status: { readonly code: 1 | 2; readonly message?: string };
}

const SEND_MS = 5_000;
const BATCH = 512;
/** What a collector that does not answer may make us keep. */
const WAITING = 4_096;

/**
 * One span per request, sent to an OpenTelemetry collector as OTLP over HTTP in JSON, named by the GenAI semantic conventions.
 * The trace's id is the request's id without its dashes, so that either finds the other. A collector that does not answer
 * costs spans, never requests.
 */
export class OtlpTraces {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #collector: OtlpCollector;
  readonly #sender = new PeriodicSender(SEND_MS, () => this.#post());
  readonly #waiting: Span[] = [];
  #dropped = 0;

  constructor({ collector, clock, logger }: OtlpTracesParts) {
    this.#clock = clock;
    this.#logger = logger;
    this.#collector = collector;
  }

  record(traced: TracedRequest): void {
    if (this.#waiting.length >= WAITING) {
      this.#waiting.shift();
      this.#dropped += 1;
    }
    this.#waiting.push(spanOf(traced, this.#clock.nowMs()));
    if (this.#waiting.length >= BATCH) void this.#sender.send();
  }

  /** Sends what is waiting, once, and stops. */
  async close(): Promise<void> {
    await this.#sender.close();
  }

  async #post(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH);
      try {
        await this.#collector.post("traces", exportRequest(batch));
      } catch (error) {
        this.#waiting.unshift(...batch);
        this.#logger.log("warn", "telemetry.not_sent", {
          waiting: this.#waiting.length,
          dropped: this.#dropped,
          message: String(error),
        });
        return;
      }
    }
  }
}

function exportRequest(spans: readonly Span[]): unknown {
  return {
    resourceSpans: [
      {
        resource: RESOURCE,
        scopeSpans: [{ scope: SCOPE, spans }],
      },
    ],
  };
}

function spanOf(traced: TracedRequest, endMs: number): Span {
  const { ask, outcome } = traced;
  const { call, deployment } = ask;
  const operation = operationOf(traced);
  const failure = failureOf(traced);
  return {
    traceId: call.requestId.replaceAll("-", ""),
    spanId: randomBytes(8).toString("hex"),
    name: `${operation} ${deployment}`,
    kind: 2,
    startTimeUnixNano: nanoseconds(endMs - outcome.durationMs),
    endTimeUnixNano: nanoseconds(endMs),
    attributes: [
      text("gen_ai.operation.name", operation),
      text("gen_ai.provider.name", "tramontane"),
      text("gen_ai.request.model", deployment),
      number("gen_ai.usage.input_tokens", outcome.promptTokens),
      number("gen_ai.usage.output_tokens", outcome.completionTokens),
      number("gen_ai.usage.cache_read.input_tokens", outcome.cachedTokens),
      list("gen_ai.response.finish_reasons", outcome.endings),
      ...(outcome.firstTextMs === undefined ? [] : [seconds("gen_ai.server.time_to_first_token", outcome.firstTextMs)]),
      ...(failure === undefined ? [] : [text("error.type", failure)]),
      text("tramontane.organization.id", call.caller.organizationId),
      text("tramontane.workspace.id", call.caller.workspaceId),
      text("tramontane.ending", outcome.ending),
    ],
    status: failure === undefined ? { code: 1 } : { code: 2, message: failure },
  };
}

const number = (key: string, value: number): Attribute => ({ key, value: { intValue: String(value) } });
const seconds = (key: string, ms: number): Attribute => ({ key, value: { doubleValue: ms / 1000 } });
const list = (key: string, values: readonly string[]): Attribute => ({
  key,
  value: { arrayValue: { values: values.map((stringValue) => ({ stringValue })) } },
});
