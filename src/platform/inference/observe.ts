import { TramontaneError } from "#base";
import type { Clock } from "#base";
import type { Outcome } from "./call.ts";
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
  readonly settle: (outcome: Outcome) => void;
}

/** Passes a turn on and reports it once at its end: finished, failed or left by its reader. */
export async function* observeTurn(
  events: AsyncIterable<TurnEvent>,
  { clock, observer, operation, deployment, settle }: ObservationParts,
): AsyncGenerator<TurnEvent> {
  const began = clock.monotonicMs();
  const endings: string[] = [];
  let promptTokens = 0;
  let cachedTokens = 0;
  // Per choice: counted from the text while it runs, exact when it ended.
  const completionTokens: number[] = [];
  let firstTextMs: number | undefined;
  let lastText = began;
  try {
    for await (const event of events) {
      if (event.type === "started") {
        ({ promptTokens, cachedTokens } = event);
      } else if (event.type === "finished") {
        completionTokens[event.choice] = event.completionTokens;
        endings.push(event.reason);
      } else {
        completionTokens[event.choice] = (completionTokens[event.choice] ?? 0) + event.tokens;
        const now = clock.monotonicMs();
        if (firstTextMs === undefined) firstTextMs = now - began;
        else observer.gap(deployment, now - lastText);
        lastText = now;
      }
      yield event;
    }
  } catch (error) {
    endings.push(error instanceof TramontaneError ? error.code : "internal");
    throw error;
  } finally {
    if (endings.length === 0) endings.push("cancelled");
    const durationMs = clock.monotonicMs() - began;
    const sum = completionTokens.reduce((total, count) => total + count, 0);
    const tokens = { promptTokens, cachedTokens, completionTokens: sum };
    const outcome: Outcome = { operation, deployment, ...tokens, endings, durationMs, firstTextMs };
    observer.ended(outcome);
    settle(outcome);
  }
}
