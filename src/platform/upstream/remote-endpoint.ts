import { Client, Pool } from "undici";
import { TramontaneError } from "#base";
import type { CancelSignal, Clock } from "#base";
import { AddressGuard } from "./address-guard.ts";
import { CircuitBreaker } from "./circuit-breaker.ts";
import type { EngineLoad } from "./choose-engine.ts";
import { readRefusal } from "./engine-refusal.ts";
import { NO_TIMEOUTS, request } from "./http-answer.ts";
import type { HttpAnswer, Patience } from "./http-answer.ts";
import { isStaleConnection } from "./stale-connection.ts";
import { PrefixMemory } from "./prompt-prefix.ts";
import type { EndpointSpec } from "./remote-model-spec.ts";

const CONNECT_MS = 2_000;
/** Until a whole answer is there. */
const WHOLE_ANSWER_MS = 600_000;
/** Between two pieces of an answer. */
const SILENCE_MS = 30_000;
/** Until the answer to whether it is there. */
const PROBE_MS = 2_000;
/** Questions in a row without an answer after which it is taken for gone. */
const MISSED = 2;
const CONNECTIONS = 256;
/** The longest answer, all of which may wait here for a slow client (http-answer.ts says why). */
const ANSWER_BYTES = 64 * 1024 * 1024;

/** What an endpoint that said yes sends. */
export interface EndpointAnswer {
  readonly body: HttpAnswer;
  /** One JSON document, instead of events; whatever was asked for. */
  readonly isWhole: boolean;
  readonly done: (wentWell: boolean) => void;
}

/** How a request to an endpoint ended: `setup` when it cannot be used as it is set up, undefined when that tells nothing. */
type Verdict = "well" | "failed" | "setup" | undefined;

/** What an operator sees of an endpoint. */
export interface EngineHealth {
  readonly host: string;
  /**
   * `down`: it does not answer when asked how it is. `misconfigured`: every request would fail the same way until somebody
   * changes something.
   */
  readonly state: "well" | "failing" | "down" | "misconfigured";
  readonly problem: string | undefined;
}

/** One server that serves a model: its connections, and whether it is to be trusted just now. */
export class RemoteEndpoint implements EngineLoad {
  readonly spec: EndpointSpec;
  readonly breaker = new CircuitBreaker();
  readonly memory = new PrefixMemory();
  readonly #pool: Pool;
  readonly #connection: Client.Options;
  readonly #path: string;
  readonly #key: Readonly<Record<string, string>>;
  readonly #headers: Record<string, string>;
  readonly #streamHeaders: Record<string, string>;
  readonly #clock: Clock;
  readonly #model: string;
  #problem: string | undefined;
  #missed = 0;
  #running = 0;
  #backlogBlocks = 0;

  /** `model`: its name there. Throws `forbidden` for an internal address that is not allowed. */
  constructor(spec: EndpointSpec, model: string, clock: Clock) {
    const guard = new AddressGuard('If that is what you want, say so: "allow_private": true for this endpoint.');
    if (!spec.allowPrivate) guard.refuseInternal(spec.url.hostname);
    this.spec = spec;
    this.#model = model;
    this.#clock = clock;
    const { url, apiKey, kind } = spec;
    this.#path = `${url.pathname.replace(/\/$/, "")}/chat/completions${url.search}`;
    this.#key =
      apiKey === undefined ? {} : kind === "azure" ? { "api-key": apiKey } : { authorization: `Bearer ${apiKey}` };
    this.#headers = { "content-type": "application/json", accept: "application/json", ...this.#key };
    this.#streamHeaders = { ...this.#headers, accept: "text/event-stream" };
    this.#connection = {
      ...NO_TIMEOUTS,
      pipelining: 1,
      maxResponseSize: ANSWER_BYTES,
      connect: { timeout: CONNECT_MS, ...(spec.allowPrivate ? {} : { lookup: guard.lookup }) },
    };
    this.#pool = new Pool(spec.url.origin, { ...this.#connection, connections: CONNECTIONS });
  }

  get weight(): number {
    return this.spec.weight;
  }

  get maxInFlight(): number {
    return this.spec.maxInFlight;
  }

  get running(): number {
    return this.#running;
  }

  get backlogBlocks(): number {
    return this.#backlogBlocks;
  }

  /** A prompt is on its way here. The function it returns says that the answer has begun, or never will; once. */
  expect(blocks: readonly number[]): () => void {
    const missing = blocks.length - this.memory.matched(blocks);
    this.memory.remember(blocks);
    this.#backlogBlocks += missing;
    let isOver = false;
    return () => {
      if (!isOver) this.#backlogBlocks -= missing;
      isOver = true;
    };
  }

  get host(): string {
    return this.spec.url.host;
  }

  get health(): EngineHealth {
    const { host } = this;
    if (this.#problem !== undefined) return { host, state: "misconfigured", problem: this.#problem };
    if (this.#isDown) return { host, state: "down", problem: `GET ${this.spec.healthPath} was not answered well.` };
    if (this.breaker.isClosed) return { host, state: "well", problem: undefined };
    return { host, state: "failing", problem: "It failed several times in a row." };
  }

  mayTry(): boolean {
    return !this.#isDown && this.breaker.mayTry(this.#clock.monotonicMs());
  }

  /** Asks whether it is there, where it has a path for that. One that is gone gets no requests until it answers again. */
  async probe(signal: CancelSignal): Promise<void> {
    const { healthPath: path } = this.spec;
    if (path === undefined) return;
    const patience = { signal, firstMs: PROBE_MS, silenceMs: PROBE_MS };
    try {
      const answer = await request(this.#pool, { method: "GET", path, headers: this.#key }, patience);
      await answer.text();
      this.#missed = answer.status < 500 ? 0 : this.#missed + 1;
    } catch {
      this.#missed += 1;
    }
  }

  get #isDown(): boolean {
    return this.#missed >= MISSED;
  }

  /**
   * Asks for a chat answer and returns its body once the endpoint has said yes. `done` must be called when the body has been
   * read or left. Errors: `invalid_request` and `forbidden` (the endpoint refuses it, and so would others), `overloaded`,
   * `engine_unavailable`.
   */
  async ask(
    body: string,
    { isStreamed, signal }: { readonly isStreamed: boolean; readonly signal: CancelSignal },
  ): Promise<EndpointAnswer> {
    this.breaker.begin();
    this.#running += 1;
    const firstMs = isStreamed ? this.spec.firstWordsMs : WHOLE_ANSWER_MS;
    let answer: HttpAnswer;
    try {
      answer = await this.#post(body, isStreamed, { signal, firstMs, silenceMs: SILENCE_MS });
    } catch (error) {
      this.#end(signal.aborted ? undefined : "failed");
      signal.throwIfAborted();
      throw new TramontaneError("engine_unavailable", `The remote engine ${this.host} does not answer.`, {
        cause: error,
      });
    }
    if (answer.status >= 200 && answer.status < 300) {
      return {
        body: answer,
        isWhole: String(answer.headers["content-type"]).startsWith("application/json"),
        done: (wentWell) => this.#end(signal.aborted ? undefined : wentWell ? "well" : "failed"),
      };
    }
    const { error, blame, reason } = readRefusal({
      status: answer.status,
      retryAfter: answer.headers["retry-after"]?.toString(),
      text: await answer.text().catch(() => ""),
      host: this.host,
      model: this.#model,
      hasKey: this.spec.apiKey !== undefined,
    });
    if (blame === "setup") this.#problem = reason;
    this.#end(blame === "request" ? undefined : blame === "setup" ? "setup" : "failed");
    throw error;
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  async #post(body: string, isStreamed: boolean, patience: Patience): Promise<HttpAnswer> {
    const headers = isStreamed ? this.#streamHeaders : this.#headers;
    const question = { method: "POST" as const, path: this.#path, headers, body };
    try {
      return await request(this.#pool, question, patience);
    } catch (error) {
      if (patience.signal.aborted || !isStaleConnection(error)) throw error;
    }
    // The other side was just closing a connection kept from earlier, which says nothing of it. Once more, on one of its own.
    const fresh = new Client(this.spec.url.origin, this.#connection);
    try {
      return await request(fresh, question, patience);
    } finally {
      // Waits for the answer's end by itself.
      fresh.close().catch(() => {});
    }
  }

  #end(verdict: Verdict): void {
    this.#running -= 1;
    if (verdict === undefined) return this.breaker.abandoned();
    if (verdict !== "setup") this.#problem = undefined;
    if (verdict === "well") return this.breaker.succeeded();
    if (verdict === "setup") this.breaker.tripped(this.#clock.monotonicMs());
    else this.breaker.failed(this.#clock.monotonicMs());
    if (!this.breaker.isClosed) this.memory.forget();
  }
}
