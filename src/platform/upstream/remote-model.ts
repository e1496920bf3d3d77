import { TramontaneError } from "#base";
import type { CancelSignal, Clock, Logger } from "#base";
import type { ChatRequest } from "#protocol";
import type { Turn } from "../inference/turn.ts";
import { chooseEngine } from "./choose-engine.ts";
import { prefixBlocks } from "./prompt-prefix.ts";
import { RemoteEndpoint } from "./remote-endpoint.ts";
import type { EngineHealth } from "./remote-endpoint.ts";
import { RemoteTurn } from "./remote-turn.ts";
import type { Engines, RemoteCall } from "./remote-turn.ts";
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
  chat(request: ChatRequest, call: RemoteCall): Turn {
    // With one endpoint there is nothing to choose.
    const blocks = this.#endpoints.length === 1 ? [] : prefixBlocks(promptOf(request));
    this.#retries.earn();
    const engines: Engines = {
      choose: (tried) => this.#choose(tried, blocks),
      mayRetry: (tried) => this.#hasOther(tried) && this.#retries.take(),
      expect: (endpoint) => endpoint.expect(blocks),
      ask: (endpoint) => this.#ask(endpoint, request, call.signal),
    };
    return new RemoteTurn({ model: this.spec.name, engines, call, clock: this.#clock, logger: this.#logger });
  }

  async close(): Promise<void> {
    clearInterval(this.#probing);
    this.#closing.abort();
    await Promise.all(this.#endpoints.map((endpoint) => endpoint.close()));
  }

  async #ask(endpoint: RemoteEndpoint, request: ChatRequest, signal: CancelSignal): ReturnType<Engines["ask"]> {
    const { kind } = endpoint.spec;
    const wire = JSON.stringify(toWireRequest(request, this.spec.model, kind));
    const last = request.messages.at(-1);
    const isEchoed = !continuesAnswer(request) || echoesPrefix(kind);
    const prefix = isEchoed || last?.role !== "assistant" ? undefined : textOf(last.content);
    const answer = await endpoint.ask(wire, { isStreamed: request.stream, signal });
    return { answer, reading: { choices: request.choices, prefix, newCallId: this.#newCallId } };
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
