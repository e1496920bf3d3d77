import { randomBytes } from "node:crypto";
import { Pool } from "undici";
import type { Clock, Logger } from "#base";
import type { AdmissionRequest, Outcome } from "../inference/call.ts";

/** A request that has ended, as it is traced. Never its words. */
export interface TracedRequest {
  readonly ask: AdmissionRequest;
  readonly outcome: Outcome;
}

interface OtlpTracesParts {
  /** The collector's OTLP/HTTP address, such as `http://127.0.0.1:4318`. */
  readonly url: URL;
  readonly clock: Clock;
  readonly logger: Logger;
}

type Attribute = { readonly key: string; readonly value: Readonly<Record<string, unknown>> };

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
const TIMEOUT_MS = 3_000;

/**
 * One span per request, sent to an OpenTelemetry collector as OTLP over HTTP in JSON, named by the GenAI semantic conventions.
 * The trace's id is the request's id without its dashes, so that either finds the other. A collector that does not answer
 * costs spans, never requests.
 */
export class OtlpTraces {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #pool: Pool;
  readonly #path: string;
  readonly #timer: NodeJS.Timeout;
  readonly #waiting: Span[] = [];
  #sending: Promise<void> | undefined;
  #dropped = 0;

  constructor({ url, clock, logger }: OtlpTracesParts) {
    this.#clock = clock;
    this.#logger = logger;
    this.#pool = new Pool(url.origin, { connections: 1, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS });
    this.#path = `${url.pathname.replace(/\/$/, "")}/v1/traces`;
    this.#timer = setInterval(() => void this.#send(), SEND_MS).unref();
  }

  record(traced: TracedRequest): void {
    if (this.#waiting.length >= WAITING) {
      this.#waiting.shift();
      this.#dropped += 1;
    }
    this.#waiting.push(spanOf(traced, this.#clock.nowMs()));
    if (this.#waiting.length >= BATCH) void this.#send();
  }

  /** Sends what is waiting, once, and stops. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sending;
    await this.#send();
    await this.#pool.destroy();
  }

  async #send(): Promise<void> {
    this.#sending ??= this.#post().finally(() => (this.#sending = undefined));
    await this.#sending;
  }

  async #post(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH);
      try {
        const { statusCode, body } = await this.#pool.request({
          method: "POST",
          path: this.#path,
          headers: { "content-type": "application/json" },
          body: JSON.stringify(exportRequest(batch)),
        });
        await body.dump();
        // A refusal is final: the same spans would be refused again.
        if (statusCode >= 500 || statusCode === 429) throw new Error(`status ${statusCode}`);
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
        resource: { attributes: [text("service.name", "tramontane")] },
        scopeSpans: [{ scope: { name: "tramontane" }, spans }],
      },
    ],
  };
}

/** GenAI's words for our operations. */
const OPERATIONS: Readonly<Record<Outcome["operation"], string>> = {
  chat: "chat",
  text: "text_completion",
  fim: "text_completion",
  embeddings: "embeddings",
  moderation: "moderation",
  classification: "classification",
};

function spanOf({ ask, outcome }: TracedRequest, endMs: number): Span {
  const { call, deployment } = ask;
  const operation = OPERATIONS[outcome.operation];
  const failure = outcome.ending === "broken" ? outcome.endings.at(-1) : undefined;
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

const text = (key: string, value: string): Attribute => ({ key, value: { stringValue: value } });
const number = (key: string, value: number): Attribute => ({ key, value: { intValue: String(value) } });
const seconds = (key: string, ms: number): Attribute => ({ key, value: { doubleValue: ms / 1000 } });
const list = (key: string, values: readonly string[]): Attribute => ({
  key,
  value: { arrayValue: { values: values.map((stringValue) => ({ stringValue })) } },
});

/** Microseconds are what a double holds of today's date. */
const nanoseconds = (ms: number): string => `${Math.round(ms * 1000)}000`;
