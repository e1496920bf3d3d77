import { TramontaneError } from "#base";
import type { Clock } from "#base";
import type { Admission, Outcome, RequestTimings } from "./call.ts";
import type { EngineAttempt } from "../upstream/remote-model.ts";
import type { TurnEvent } from "./turn.ts";

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
  readonly signal: AbortSignal;
  /** Of a model on other servers: those that were asked, as they are asked. */
  readonly attempts?: readonly EngineAttempt[];
}

/**
 * Passes a turn on and settles it once at its end: finished, failed or left by its reader. The last event is passed on only
 * when the settlement is durable. A reader who leaves before the first step is settled when the call's signal aborts.
 */
export function observeTurn(events: AsyncIterable<TurnEvent>, parts: ObservationParts): AsyncIterable<TurnEvent> {
  const count = new TurnCount(parts);
  let settled: Promise<void> | undefined;
  const settle = (ending: Outcome["ending"]): Promise<void> => {
    if (settled !== undefined) return settled;
    if (ending === "abandoned") count.endings.push("cancelled");
    const outcome = count.outcome(ending);
    parts.observer.ended(outcome);
    settled = parts.admission.settle(outcome);
    return settled;
  };
  let isRead = false;
  const onAbort = (): void => {
    // Nobody is left to hear of a settlement that fails; the gate logs it.
    if (!isRead) settle("abandoned").catch(() => {});
  };
  parts.signal.addEventListener("abort", onAbort, { once: true });
  async function* read(): AsyncGenerator<TurnEvent> {
    isRead = true;
    let isDurable = false;
    try {
      for await (const event of events) {
        if (!isDurable) await parts.admission.durable;
        isDurable = true;
        count.take(event);
        if (event.type === "text" || event.type === "thinking") parts.admission.progress(count.tokens);
        if (count.endings.length === parts.choices) await settle("completed");
        yield event;
      }
    } catch (error) {
      const code = error instanceof TramontaneError ? error.code : "internal";
      if (code !== "cancelled") count.endings.push(code);
      await settle(code === "cancelled" ? "abandoned" : "broken");
      throw error;
    } finally {
      parts.signal.removeEventListener("abort", onAbort);
      await settle("abandoned");
    }
  }
  return { [Symbol.asyncIterator]: read };
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

  take(event: TurnEvent): void {
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
    return {
      operation,
      deployment,
      ...this.tokens,
      cachedTokens: this.#cachedTokens,
      prefilledTokens: this.#firstTextMs === undefined ? this.#prefilledTokens : this.#promptTokens,
      ending,
      endings: this.endings,
      durationMs: clock.monotonicMs() - this.#beganMs,
      firstTextMs: this.#firstTextMs,
      ...(this.#timings === undefined ? {} : { timings: this.#timings }),
      form: this.#form,
      ...(attempts === undefined ? {} : { attempts }),
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
