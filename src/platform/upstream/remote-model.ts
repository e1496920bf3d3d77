import { TramontaneError } from "#base";
import type { Clock, Logger } from "#base";
import type { ChatRequest } from "#protocol";
import type { TurnEvent } from "../inference/turn.ts";
import { brokenOff, readAnswer, readWholeAnswer } from "./read-answer.ts";
import { RemoteEndpoint } from "./remote-endpoint.ts";
import type { RemoteModelSpec } from "./remote-model-spec.ts";
import { continuesAnswer, echoesPrefix, textOf, toWireRequest } from "./wire-request.ts";

interface RemoteModelParts {
  readonly spec: RemoteModelSpec;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Nine letters or digits, new each time. */
  readonly newCallId: () => string;
}

/**
 * A model behind one or more endpoints. A request goes to the least busy one that is not known to be down; until the first
 * event of its answer, another takes over from one that fails. Afterwards nothing is tried again: the client has seen a part.
 */
export class RemoteModel {
  readonly spec: RemoteModelSpec;
  readonly #endpoints: readonly RemoteEndpoint[];
  readonly #logger: Logger;
  readonly #newCallId: () => string;

  constructor({ spec, clock, logger, newCallId }: RemoteModelParts) {
    this.spec = spec;
    this.#endpoints = spec.endpoints.map((endpoint) => new RemoteEndpoint(endpoint, clock));
    this.#logger = logger;
    this.#newCallId = newCallId;
  }

  /** Requests that all endpoints together take at once. */
  get slots(): number {
    return this.spec.endpoints.reduce((sum, { maxInFlight }) => sum + maxInFlight, 0);
  }

  /** Errors: `invalid_request`, `capability_missing`, `overloaded`, `engine_unavailable`; later `engine_crashed`. */
  async *chat(
    request: ChatRequest,
    call: { readonly requestId: string; readonly signal: AbortSignal },
  ): AsyncGenerator<TurnEvent> {
    const tried = new Set<RemoteEndpoint>();
    for (;;) {
      const endpoint = this.#choose(tried);
      tried.add(endpoint);
      let hasBegun = false;
      let report = (_wentWell: boolean): void => {};
      try {
        const { events, done } = await this.#ask(endpoint, request, call.signal);
        report = once(done);
        for await (const event of events) {
          hasBegun = true;
          yield event;
        }
        report(true);
        return;
      } catch (thrown) {
        report(false);
        call.signal.throwIfAborted();
        const error =
          thrown instanceof TramontaneError
            ? thrown
            : new TramontaneError("engine_crashed", brokenOff().message, { cause: thrown });
        const { code } = error;
        const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : undefined;
        const facts = { host: endpoint.host, code, cause, attempt: tried.size };
        this.#logger.log("warn", "upstream.failed", { requestId: call.requestId, ...facts });
        if (hasBegun || !MAY_BE_RETRIED.includes(code) || !this.#hasOther(tried)) throw error;
      } finally {
        // Whoever leaves in the middle has heard nothing bad of the endpoint; the signal tells the rest.
        report(false);
      }
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#endpoints.map((endpoint) => endpoint.close()));
  }

  /** Asks one endpoint; `done` must be told how its events went. */
  async #ask(
    endpoint: RemoteEndpoint,
    request: ChatRequest,
    signal: AbortSignal,
  ): Promise<{ events: AsyncIterable<TurnEvent>; done: (wentWell: boolean) => void }> {
    const { kind } = endpoint.spec;
    const wire = JSON.stringify(toWireRequest(request, this.spec.model, kind));
    const last = request.messages.at(-1);
    const isEchoed = !continuesAnswer(request) || echoesPrefix(kind);
    const prefix = isEchoed || last?.role !== "assistant" ? undefined : textOf(last.content);
    const { body, isWhole, done } = await endpoint.ask(wire, { isStreamed: request.stream, signal });
    const options = { choices: request.choices, prefix, newCallId: this.#newCallId };
    return { events: isWhole ? readWholeAnswer(body, options) : readAnswer(body, options), done };
  }

  #choose(tried: ReadonlySet<RemoteEndpoint>): RemoteEndpoint {
    const fresh = this.#endpoints.filter((endpoint) => !tried.has(endpoint) && endpoint.mayTry());
    const [best] = fresh.toSorted((a, b) => a.load - b.load);
    if (best !== undefined) return best;
    throw new TramontaneError("engine_unavailable", `No server of the model "${this.spec.name}" answers just now.`, {
      details: { retryAfterMs: 5_000 },
    });
  }

  #hasOther(tried: ReadonlySet<RemoteEndpoint>): boolean {
    return this.#endpoints.some((endpoint) => !tried.has(endpoint) && endpoint.mayTry());
  }
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
