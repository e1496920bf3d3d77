import type { SpanKind, TextBefore, Thread } from "./thread.ts";

/** Every way to read the text so far: a set of threads. Never empty: no configuration is what a wrong text leads to. */
export class Configuration {
  readonly threads: readonly Thread[];
  readonly accepts: boolean;
  readonly freeLength: number;
  /** Row of the transition table and the epoch in which that row is valid; see `TransitionTable`. */
  row = 0;
  epoch = 0;
  #bytesToClose: number | undefined;

  constructor(threads: readonly Thread[]) {
    this.threads = threads;
    this.accepts = threads.some((thread) => thread.accepts);
    this.freeLength = Math.max(...threads.map((thread) => thread.freeLength));
  }

  bytesToClose(): number {
    return (this.#bytesToClose ??= Math.min(...this.threads.map((thread) => thread.bytesToClose())));
  }

  /** The part that the next byte belongs to, when all readings agree; a certain part wins over mere syntax. */
  get span(): SpanKind {
    return this.threads.find((thread) => thread.span !== "syntax")?.span ?? "syntax";
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
