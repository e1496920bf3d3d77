import type { SpanKind, TextBefore, Thread } from "./thread.ts";

/** Every way to read the text so far: a set of threads. Never empty: no configuration is what a wrong text leads to. */
export class Configuration {
  readonly threads: readonly Thread[];
  readonly accepts: boolean;
  readonly freeLength: number;
  /** Row of the transition table and the epoch in which that row is valid; see `TransitionTable`. */
  row = 0;
  epoch = 0;
  /** Once known; see `closing.ts`. */
  tokensToClose: number | undefined;
  #bytesToClose: number | undefined;

  constructor(threads: readonly Thread[]) {
    this.threads = threads;
    this.accepts = threads.some((thread) => thread.accepts);
    this.freeLength = Math.max(...threads.map((thread) => thread.freeLength));
  }

  bytesToClose(): number {
    return (this.#bytesToClose ??= Math.min(...this.threads.map((thread) => thread.bytesToClose())));
  }

  /** The part of the answer that `byte` belongs to, by the first reading that takes it. */
  spanOf(byte: number, before: TextBefore): SpanKind {
    const first = this.threads[0]!;
    const isSpace = byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
    if (isSpace && this.threads.every((thread) => thread.isBeforeSpan)) return "syntax";
    if (this.threads.every((thread) => thread.span === first.span)) return first.span;
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
