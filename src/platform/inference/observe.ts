import { TramontaneError } from "#base";
import type { CancelSignal, Clock } from "#base";
import type { Admission, Call, Outcome, RequestTimings } from "./call.ts";
import type { EngineAttempt } from "../upstream/remote-turn.ts";
import type { Turn, TurnEvent } from "./turn.ts";

/** Hears how requests go, for metrics and logs. */
export interface InferenceObserver {
  /** Time between two pieces of text of one request. */
  gap(deployment: string, gapMs: number): void;
  ended(outcome: Outcome): void;
}

export const silentObserver: InferenceObserver = { gap() {}, ended() {} };

export interface ObservationParts {
  readonly clock: Clock;
  readonly observer: InferenceObserver;
  readonly operation: Outcome["operation"];
  readonly deployment: string;
  readonly choices: number;
  readonly admission: Admission;
  readonly signal: CancelSignal;
  readonly reportTokens?: Call["reportTokens"];
  /** Of a model on other servers: those that were asked, as they are asked. */
  readonly attempts?: readonly EngineAttempt[];
}

/**
 * Passes a turn on and settles it once at its end: finished, failed or left by its reader. The last events are passed on only
 * when the settlement is durable. A reader who leaves before the first step is settled when the call's signal aborts.
 */
export function observeTurn(
  turn: Turn,
  parts: ObservationParts,
): AsyncIterableIterator<readonly TurnEvent[], undefined> {
  return new ObservedTurn(turn, parts);
}

type Step = IteratorResult<readonly TurnEvent[], undefined>;

const END: Step = { done: true, value: undefined };

/** No generator: that would cost every piece of an answer several turns of the event loop. */
class ObservedTurn implements AsyncIterableIterator<readonly TurnEvent[], undefined> {
  readonly #turn: Turn;
  readonly #parts: ObservationParts;
  readonly #count: TurnCount;
  #events: AsyncIterator<readonly TurnEvent[], undefined> | undefined;
  #isDurable = false;
  #settled: Promise<void> | undefined;
  readonly #onAbort = (): void => {
    // Nobody is left to hear of a settlement that fails; the gate logs it.
    if (this.#events === undefined) this.#settle("abandoned").catch(() => {});
  };

  constructor(turn: Turn, parts: ObservationParts) {
    this.#turn = turn;
    this.#parts = parts;
    this.#count = new TurnCount(parts);
    parts.signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<Step> {
    const { admission, choices } = this.#parts;
    try {
      this.#events ??= this.#turn[Symbol.asyncIterator]();
      const step = await this.#events.next();
      if (step.done === true) return await this.#leave();
      if (!this.#isDurable) await admission.durable;
      this.#isDurable = true;
      if (this.#count.take(step.value)) this.#tellProgress();
      if (this.#count.endings.length === choices) await this.#settle("completed");
      return step;
    } catch (error) {
      const code = error instanceof TramontaneError ? error.code : "internal";
      if (code !== "cancelled") this.#count.endings.push(code);
      await this.#settle(code === "cancelled" ? "abandoned" : "broken");
      throw error;
    }
  }

  #tellProgress(): void {
    const { tokens } = this.#count;
    this.#parts.admission.progress(tokens);
    this.#parts.reportTokens?.(tokens.completionTokens);
  }

  async return(): Promise<Step> {
    await this.#events?.return?.();
    return await this.#leave();
  }

  async #leave(): Promise<Step> {
    await this.#settle("abandoned");
    return END;
  }

  #settle(ending: Outcome["ending"]): Promise<void> {
    if (this.#settled !== undefined) return this.#settled;
    const { signal, observer, admission } = this.#parts;
    signal.removeEventListener("abort", this.#onAbort);
    if (ending === "abandoned") this.#count.endings.push("cancelled");
    const outcome = this.#count.outcome(ending);
    observer.ended(outcome);
    return (this.#settled = admission.settle(outcome));
  }
}

class TurnCount {
  readonly endings: string[] = [];
  readonly #parts: ObservationParts;
  readonly #beganMs: number;
  // Per choice: counted from the text while it runs, exact when it ended.
  readonly #completionTokens: number[] = [];
  #form: Outcome["form"];
  #promptTokens = 0;
  #cachedTokens = 0;
  #prefilledTokens = 0;
  #timings: RequestTimings | undefined;
  #firstTextMs: number | undefined;
  #lastTextMs: number;

  constructor(parts: ObservationParts) {
    this.#parts = parts;
    this.#beganMs = parts.clock.monotonicMs();
    this.#lastTextMs = this.#beganMs;
  }

  get tokens(): { promptTokens: number; completionTokens: number } {
    return {
      promptTokens: this.#promptTokens,
      completionTokens: this.#completionTokens.reduce((sum, n) => sum + n, 0),
    };
  }

  /** Whether any of the events is a piece of the answer. */
  take(events: readonly TurnEvent[]): boolean {
    let hasText = false;
    for (const event of events) {
      this.#take(event);
      if (event.type === "text" || event.type === "thinking") hasText = true;
    }
    return hasText;
  }

  #take(event: TurnEvent): void {
    if (event.type === "started") {
      this.#promptTokens = event.promptTokens;
      this.#cachedTokens = event.cachedTokens;
      return;
    }
    if (event.type === "prefilled") {
      this.#prefilledTokens = Math.max(this.#prefilledTokens, event.tokens);
      return;
    }
    if (event.type === "finished") {
      this.#completionTokens[event.choice] = event.completionTokens;
      this.endings.push(event.reason);
      if (event.timings !== undefined) this.#timings = slower(this.#timings, event.timings);
      const { form } = event;
      const { forcedTokens = 0, ms = 0 } = this.#form ?? {};
      if (form) this.#form = { forcedTokens: forcedTokens + form.forcedTokens, ms: ms + form.ms };
      this.#promptTokens = event.prompt?.promptTokens ?? this.#promptTokens;
      this.#cachedTokens = event.prompt?.cachedTokens ?? this.#cachedTokens;
      return;
    }
    this.#completionTokens[event.choice] = (this.#completionTokens[event.choice] ?? 0) + event.tokens;
    const nowMs = this.#parts.clock.monotonicMs();
    if (this.#firstTextMs === undefined) this.#firstTextMs = nowMs - this.#beganMs;
    else this.#parts.observer.gap(this.#parts.deployment, nowMs - this.#lastTextMs);
    this.#lastTextMs = nowMs;
  }

  outcome(ending: Outcome["ending"]): Outcome {
    const { operation, deployment, clock, attempts } = this.#parts;
    const { promptTokens, completionTokens } = this.tokens;
    return {
      operation,
      deployment,
      promptTokens,
      completionTokens,
      cachedTokens: this.#cachedTokens,
      prefilledTokens: this.#firstTextMs === undefined ? this.#prefilledTokens : this.#promptTokens,
      ending,
      endings: this.endings,
      durationMs: clock.monotonicMs() - this.#beganMs,
      firstTextMs: this.#firstTextMs,
      timings: this.#timings,
      form: this.#form,
      attempts,
    };
  }
}

function slower(a: RequestTimings | undefined, b: RequestTimings): RequestTimings {
  if (a === undefined) return b;
  return {
    queueMs: Math.max(a.queueMs, b.queueMs),
    prefillMs: Math.max(a.prefillMs, b.prefillMs),
    decodeMs: Math.max(a.decodeMs, b.decodeMs),
  };
}
