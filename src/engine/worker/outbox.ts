import type { Clock } from "#base";
import type { CoreOutput } from "../core.ts";

interface OutboxParts {
  readonly clock: Clock;
  readonly send: (outputs: readonly CoreOutput[]) => void;
}

type TextOutput = Extract<CoreOutput, { event: unknown }> & { event: { readonly type: "text" } };

/** Text waits for more text at most this long, milliseconds: nobody reads a hundred pieces a second. */
const PATIENCE_MS = 10;
/** The same where nobody reads before the answer is whole: only whoever counts its tokens. */
const LONG_PATIENCE_MS = 100;

/**
 * Gathers what the steps of a small model say. Every message wakes the server and its reader, for longer than such a step
 * takes, and on few processors that stops the compute threads; so text that follows within milliseconds joins the text
 * before it, as network cards gather packets into one interrupt. All else goes at once, and takes the text along.
 */
export class Outbox {
  readonly #parts: OutboxParts;
  #held: CoreOutput[] = [];
  /** Where the last output of each request stands among the held ones. */
  readonly #lastOf = new Map<number, number>();
  #isUrgent = false;
  /** Whether somebody waits for some of what is held. */
  #isFollowed = false;
  #sentMs = Number.NEGATIVE_INFINITY;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
  }

  /** Takes what a step said, and sends it when it is time. */
  add(outputs: readonly CoreOutput[]): void {
    for (const output of outputs) this.#hold(output);
    if (this.#held.length === 0) return;
    const patienceMs = this.#isFollowed ? PATIENCE_MS : LONG_PATIENCE_MS;
    if (this.#isUrgent || this.#parts.clock.monotonicMs() - this.#sentMs >= patienceMs) this.flush();
  }

  /** Sends what is held; to be called before anything that may take long. */
  flush(): void {
    if (this.#held.length === 0) return;
    this.#parts.send(this.#held);
    this.#held = [];
    this.#lastOf.clear();
    // Whoever was told of a beginning shall see the first word at once.
    this.#sentMs = this.#isUrgent ? Number.NEGATIVE_INFINITY : this.#parts.clock.monotonicMs();
    this.#isUrgent = false;
    this.#isFollowed = false;
  }

  #hold(output: CoreOutput): void {
    const index = this.#lastOf.get(output.id);
    const last = index === undefined ? undefined : this.#held[index];
    if (last !== undefined && isText(last) && isText(output) && last.event.choice === output.event.choice) {
      this.#held[index!] = joined(last, output);
      return;
    }
    this.#isUrgent ||= !isText(output);
    this.#isFollowed ||= output.canWait !== true;
    this.#lastOf.set(output.id, this.#held.length);
    this.#held.push(output);
  }
}

function isText(output: CoreOutput): output is TextOutput {
  return "event" in output && output.event.type === "text";
}

function joined({ id, event: first }: TextOutput, { event: next }: TextOutput): TextOutput {
  const event = { ...first, text: first.text + next.text, tokens: first.tokens + next.tokens };
  if (first.logprobs === undefined) return { id, event };
  return { id, event: { ...event, logprobs: [...first.logprobs, ...(next.logprobs ?? [])] } };
}
