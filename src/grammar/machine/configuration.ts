import { isSpace } from "../json/gap.ts";
import { ALL_BYTES, type ByteRange, overlap } from "../lexeme/byte-range.ts";
import type { MaskSlot } from "../mask-cache.ts";
import type { SpanKind, TextBefore, Thread } from "./thread.ts";

/** Every way to read the text so far: a set of threads. Never empty: no configuration is what a wrong text leads to. */
export class Configuration {
  readonly threads: readonly Thread[];
  readonly accepts: boolean;
  readonly freeLength: number;
  /** Arbitrary plain characters that may follow here, or behind the character that is being written. */
  readonly freeBelow: number;
  /** Whether any text may come here, see `Thread.isInAnyText`. */
  readonly isInAnyText: boolean;
  /** See `TransitionTable`: the same without a gap, and the same without far counts. */
  settled: Configuration | undefined;
  common: Configuration | undefined;
  /** Where the tokens that may follow are kept, shared with those configurations that are alike; see `Likeness`. */
  slot: MaskSlot | undefined;
  /** Row of the transition table and the epoch in which that row is valid; see `TransitionTable`. */
  row = 0;
  epoch = 0;
  /** Once known; see `closing.ts`. */
  tokensToClose: number | undefined;
  #bytesToClose: number | undefined;
  #span: SpanKind | undefined;

  constructor(threads: readonly Thread[]) {
    this.threads = threads;
    this.accepts = threads.some((thread) => thread.accepts);
    this.isInAnyText = threads.some((thread) => thread.isInAnyText === true);
    this.freeLength = Math.max(...threads.map((thread) => thread.freeLength));
    this.freeBelow = Math.max(...threads.map((thread) => thread.freeAfterCharacter ?? thread.freeLength));
  }

  /** See `Lexeme.barred`; where it is the same for all threads. */
  get barred(): readonly number[] | undefined {
    const [first, ...others] = this.threads;
    const barred = first!.barred;
    return others.every((thread) => thread.barred?.join() === barred?.join()) ? barred : undefined;
  }

  bytesToClose(): number {
    return (this.#bytesToClose ??= Math.min(...this.threads.map((thread) => thread.bytesToClose())));
  }

  /** The part of the answer that `byte` belongs to, by the first reading that takes it. */
  spanOf(byte: number, before: TextBefore): SpanKind {
    if (this.#span !== undefined) return this.#span;
    const first = this.threads[0]!;
    if (isSpace(byte) && this.threads.every((thread) => thread.isBeforeSpan)) return "syntax";
    if (this.threads.every((thread) => thread.span === first.span)) {
      if (!this.threads.some((thread) => thread.isBeforeSpan)) this.#span = first.span;
      return first.span;
    }
    const taking = this.threads.find((thread) => {
      const out: Thread[] = [];
      thread.step(byte, out, before);
      return out.length > 0;
    });
    return taking?.span ?? first.span;
  }

  controlTokens(): number[] {
    return [...new Set(this.threads.flatMap((thread) => thread.tokens ?? []))];
  }

  /** Bytes around `byte` that all lead to the same configuration, or that all lead nowhere. */
  alike(byte: number): ByteRange {
    let range = ALL_BYTES;
    for (const thread of this.threads) range = overlap(range, thread.alike(byte));
    return range;
  }

  /** The threads after one more byte, in no order and perhaps repeated. */
  threadsAfter(byte: number, before: TextBefore): Thread[] {
    const out: Thread[] = [];
    for (const thread of this.threads) thread.step(byte, out, before);
    return out;
  }

  threadsAfterToken(token: number): Thread[] {
    const out: Thread[] = [];
    for (const thread of this.threads) thread.stepToken?.(token, out);
    return out;
  }
}
