import type { Turn, TurnEvent } from "../inference/turn.ts";

export interface WatchOptions {
  /** Throws when the text must not be said. Called with one text at a time per answer. */
  readonly judge: (text: string) => Promise<void>;
  /** Characters that are held back at most while nothing is being judged. */
  readonly windowCharacters: number;
}

/** A sentence that just ended is a good place to judge, once there is something to judge. */
const SENTENCE_END = /[.!?…。]["'»”)\]]*\s*$|\n\s*$/u;

/**
 * Lets an answer out piece by piece, each after it was judged together with what came before it. While a piece is judged
 * the next one is read, so the delay is one piece and one judgement. When the judge throws, what is held is dropped, the
 * source is ended, and the error is passed on.
 */
export async function* watchOutput(
  turn: Turn,
  { judge, windowCharacters }: WatchOptions,
): AsyncGenerator<readonly TurnEvent[]> {
  const source = turn[Symbol.asyncIterator]();
  const held = new HeldAnswer(windowCharacters);
  let next = source.next();
  let judging: Promise<readonly TurnEvent[]> | undefined;
  // Whoever awaits them later hears of their failure; nobody else must.
  const quiet = <T>(promise: Promise<T>): Promise<T> => (promise.catch(() => {}), promise);
  try {
    for (;;) {
      void quiet(next);
      const step = judging === undefined || held.hasRoom ? await firstOf(next, judging) : undefined;
      if (step === undefined) {
        yield await judging!;
        judging = undefined;
      } else if (step.done === true) break;
      else {
        const free = step.value.filter((event) => !("choice" in event));
        if (free.length > 0) yield free;
        for (const event of step.value) if ("choice" in event) held.add(event);
        next = source.next();
      }
      if (judging === undefined && held.isRipe) judging = quiet(held.judge(judge));
    }
    if (judging) yield await judging;
    const last = await held.judge(judge);
    if (last.length > 0) yield last;
  } finally {
    void quiet(next);
    await source.return?.();
  }
}

/** The next events, or undefined when the judgement was sooner. */
async function firstOf(
  next: Promise<IteratorResult<readonly TurnEvent[], undefined>>,
  judging: Promise<unknown> | undefined,
): Promise<IteratorResult<readonly TurnEvent[], undefined> | undefined> {
  if (judging === undefined) return await next;
  return await Promise.race([next, judging.then(() => undefined)]);
}

/** What is said and not yet let out, and what was let out before it. */
class HeldAnswer {
  readonly #window: number;
  #events: TurnEvent[] = [];
  #characters = 0;
  /** Per choice: the text let out or being judged, as far as the next judgement needs it. */
  readonly #before = new Map<number, string>();

  constructor(window: number) {
    this.#window = window;
  }

  get hasRoom(): boolean {
    return this.#characters < this.#window;
  }

  /** Whether there is enough for a judgement, at a good place. */
  get isRipe(): boolean {
    if (this.#characters >= this.#window / 2) return true;
    const last = this.#events.at(-1);
    if (last === undefined) return false;
    return this.#characters >= this.#window / 6 && SENTENCE_END.test(wordsOf(last));
  }

  add(event: TurnEvent): void {
    this.#events.push(event);
    this.#characters += wordsOf(event).length;
  }

  /** Judges all that is held; resolves with it. */
  async judge(judge: (text: string) => Promise<void>): Promise<readonly TurnEvent[]> {
    const events = this.#events;
    this.#events = [];
    this.#characters = 0;
    const texts = new Map<number, string>();
    for (const event of events) {
      if (!("choice" in event)) continue;
      texts.set(event.choice, (texts.get(event.choice) ?? "") + wordsOf(event));
    }
    for (const [choice, text] of texts) {
      if (text === "") continue;
      const whole = (this.#before.get(choice) ?? "") + text;
      await judge(whole);
      this.#before.set(choice, whole.slice(-2 * this.#window));
    }
    return events;
  }
}

/** Everything a reader could see of an event. */
function wordsOf(event: TurnEvent): string {
  if (event.type === "text" || event.type === "thinking") return event.text;
  if (event.type !== "finished") return "";
  return event.toolCalls.map((call) => `\n${call.function.name} ${call.function.arguments}`).join("");
}
