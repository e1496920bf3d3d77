import { TramontaneError } from "#base";
import type { CancelSignal, Clock, Logger } from "#base";
import type { ChatRequest } from "#protocol";
import type { Turn, TurnEvent } from "../inference/turn.ts";
import { brokenOff, readAnswer, readWholeAnswer } from "./read-answer.ts";
import { chooseEngine } from "./choose-engine.ts";
import { prefixBlocks } from "./prompt-prefix.ts";
import { RemoteEndpoint } from "./remote-endpoint.ts";
import type { EngineHealth } from "./remote-endpoint.ts";
import { RetryBudget } from "./retry-budget.ts";
import type { RemoteModelSpec } from "./remote-model-spec.ts";
import { continuesAnswer, echoesPrefix, textOf, toWireRequest } from "./wire-request.ts";

interface RemoteModelParts {
  readonly spec: RemoteModelSpec;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Nine letters or digits, new each time. */
  readonly newCallId: () => string;
}

/** One engine asked for one request. */
export interface EngineAttempt {
  readonly host: string;
  /** `answered`, or the code of what went wrong. */
  outcome: string;
  /** Until it began to answer, or would not. */
  readonly ms: number;
}

interface RemoteCall {
  readonly requestId: string;
  readonly signal: CancelSignal;
  /** Told of each engine once it has begun to answer or failed to; its outcome changes when the answer breaks off. */
  readonly onAttempt?: (attempt: EngineAttempt) => void;
}

const PROBE_EVERY_MS = 5_000;

/** Saved-up second tries per endpoint: twice what opens a circuit breaker. */
const RETRIES_PER_ENDPOINT = 10;

/**
 * A model behind one or more endpoints. A request goes to the one that will probably begin first (choose-engine.ts) of those not
 * known to be down; until the first event of its answer, another takes over from one that fails, as long as such tries are
 * few. Afterwards nothing is tried again: the client has seen a part.
 */
export class RemoteModel {
  readonly spec: RemoteModelSpec;
  readonly #endpoints: readonly RemoteEndpoint[];
  readonly #retries: RetryBudget;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #newCallId: () => string;
  readonly #closing = new AbortController();
  #probing: NodeJS.Timeout | undefined;

  constructor({ spec, clock, logger, newCallId }: RemoteModelParts) {
    this.spec = spec;
    this.#endpoints = spec.endpoints.map((endpoint) => new RemoteEndpoint(endpoint, spec.model, clock));
    this.#retries = new RetryBudget(RETRIES_PER_ENDPOINT * spec.endpoints.length);
    this.#clock = clock;
    this.#logger = logger;
    this.#newCallId = newCallId;
  }

  /** Asks all endpoints from time to time whether they are there, until `close`. */
  startProbing(): void {
    const probe = (): void => void this.probe();
    this.#probing = setInterval(probe, PROBE_EVERY_MS).unref();
    probe();
  }

  /** Asks them once. */
  async probe(): Promise<void> {
    await Promise.all(this.#endpoints.map((endpoint) => this.#probe(endpoint)));
  }

  /** Requests that all endpoints together take at once. */
  get slots(): number {
    return this.spec.endpoints.reduce((sum, { maxInFlight }) => sum + maxInFlight, 0);
  }

  get health(): readonly EngineHealth[] {
    return this.#endpoints.map((endpoint) => endpoint.health);
  }

  /**
   * Errors: `invalid_request`, `forbidden`, `capability_missing`, `overloaded`, `engine_unavailable`; later `engine_crashed`.
   */
  async *chat(request: ChatRequest, call: RemoteCall): AsyncGenerator<readonly TurnEvent[]> {
    const tried = new Set<RemoteEndpoint>();
    // With one endpoint there is nothing to choose.
    const blocks = this.#endpoints.length === 1 ? [] : prefixBlocks(promptOf(request));
    this.#retries.earn();
    for (;;) {
      const endpoint = this.#choose(tried, blocks);
      tried.add(endpoint);
      const begun = endpoint.expect(blocks);
      const askedAtMs = this.#clock.monotonicMs();
      let attempt: EngineAttempt | undefined;
      const tell = (outcome: string): void => {
        if (attempt) attempt.outcome = outcome;
        else call.onAttempt?.((attempt = { host: endpoint.host, outcome, ms: this.#clock.monotonicMs() - askedAtMs }));
      };
      let report = (_wentWell: boolean): void => {};
      try {
        const { events, done, hasBegun } = await this.#ask(endpoint, request, call.signal);
        report = once(done);
        for await (const some of events) {
          if (!attempt) {
            tell("answered");
            hasBegun();
            begun();
          }
          yield some;
        }
        report(true);
        return;
      } catch (thrown) {
        const hasBegun = attempt !== undefined;
        report(false);
        if (call.signal.aborted) tell("cancelled");
        call.signal.throwIfAborted();
        const error =
          thrown instanceof TramontaneError
            ? thrown
            : new TramontaneError("engine_crashed", brokenOff().message, { cause: thrown });
        const { code } = error;
        const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : undefined;
        tell(code);
        const facts = { host: endpoint.host, code, cause, attempt: tried.size };
        this.#logger.log("warn", "upstream.failed", { requestId: call.requestId, ...facts });
        const { state, problem } = endpoint.health;
        if (state === "misconfigured")
          this.#logger.log("error", "upstream.misconfigured", { model: this.spec.name, host: endpoint.host, problem });
        const mayRetry = !hasBegun && MAY_BE_RETRIED.includes(code) && this.#hasOther(tried);
        if (!mayRetry || !this.#retries.take()) throw error;
      } finally {
        begun();
        // Whoever leaves in the middle has heard nothing bad of the endpoint; the signal tells the rest.
        report(false);
      }
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#probing);
    this.#closing.abort();
    await Promise.all(this.#endpoints.map((endpoint) => endpoint.close()));
  }

  /** Asks one endpoint; `done` must be told how its events went. */
  async #ask(
    endpoint: RemoteEndpoint,
    request: ChatRequest,
    signal: CancelSignal,
  ): Promise<{
    events: Turn | readonly Promise<readonly TurnEvent[]>[];
    done: (wentWell: boolean) => void;
    hasBegun: () => void;
  }> {
    const { kind } = endpoint.spec;
    const wire = JSON.stringify(toWireRequest(request, this.spec.model, kind));
    const last = request.messages.at(-1);
    const isEchoed = !continuesAnswer(request) || echoesPrefix(kind);
    const prefix = isEchoed || last?.role !== "assistant" ? undefined : textOf(last.content);
    const { body, isWhole, done } = await endpoint.ask(wire, { isStreamed: request.stream, signal });
    const options = { choices: request.choices, prefix, newCallId: this.#newCallId };
    const events = isWhole ? [readWholeAnswer(body, options)] : readAnswer(body, options);
    return { events, done, hasBegun: () => body.begun() };
  }

  async #probe(endpoint: RemoteEndpoint): Promise<void> {
    const before = endpoint.health.state;
    await endpoint.probe(this.#closing.signal);
    const { host, state } = endpoint.health;
    if (state !== before && !this.#closing.signal.aborted)
      this.#logger.log("warn", "upstream.state", { model: this.spec.name, host, before, state });
  }

  #choose(tried: ReadonlySet<RemoteEndpoint>, blocks: readonly number[]): RemoteEndpoint {
    const fresh = this.#endpoints.filter((endpoint) => !tried.has(endpoint) && endpoint.mayTry());
    const best = chooseEngine(fresh, blocks);
    if (best !== undefined) return best;
    throw new TramontaneError("engine_unavailable", `No server of the model "${this.spec.name}" answers just now.`, {
      details: { retryAfterMs: 5_000 },
    });
  }

  #hasOther(tried: ReadonlySet<RemoteEndpoint>): boolean {
    return this.#endpoints.some((endpoint) => !tried.has(endpoint) && endpoint.mayTry());
  }
}

/** The beginning of what the engine will read, whatever it puts around it: equal beginnings give equal texts. */
function promptOf({ tools, messages }: ChatRequest): string {
  const texts = messages.map((message) => ("text" in message ? message.text : textOf(message.content)));
  return `${tools.length === 0 ? "" : JSON.stringify(tools)}${messages.map(({ role }, i) => `${role}\n${texts[i]}`).join("\n")}`;
}

const MAY_BE_RETRIED: readonly string[] = ["overloaded", "engine_unavailable", "engine_crashed"];

/** Says it the first time only. */
function once(say: (wentWell: boolean) => void): (wentWell: boolean) => void {
  let isSaid = false;
  return (wentWell) => {
    if (!isSaid) say(wentWell);
    isSaid = true;
  };
}
