import { type ByteRange, byteRange } from "../lexeme/byte-range.ts";
import type { Lexeme } from "../lexeme/lexeme.ts";
import { ANY_TEXT } from "../lexeme/text-state.ts";
import type { Likeness } from "./likeness.ts";
import type { Frame, Store, TextBefore, Thread } from "./thread.ts";

/** Pushes the thread inside `lexeme`, or what follows it when it has ended. */
export function pushLexeme(store: Store, lexeme: Lexeme, frame: Frame, out: Thread[]): void {
  if (lexeme.ended) out.push(...frame.after());
  else out.push(lexemeThread(store, lexeme, frame));
}

export function lexemeThread(store: Store, lexeme: Lexeme, frame: Frame): Thread {
  const known = frame.nest.get<Thread>(lexeme.id);
  return known ?? frame.nest.set(lexeme.id, new LexemeThread(store, lexeme, frame));
}

/** Inside a lexeme that a frame waits for. */
class LexemeThread implements Thread {
  readonly id: number;
  readonly accepts: boolean;
  readonly freeLength: number;
  readonly freeAfterCharacter: number | undefined;
  readonly #store: Store;
  readonly #lexeme: Lexeme;
  readonly #frame: Frame;

  constructor(store: Store, lexeme: Lexeme, frame: Frame) {
    this.id = store.nextId();
    this.#store = store;
    this.#lexeme = lexeme;
    this.#frame = frame;
    this.freeLength = lexeme.freeLength;
    this.freeAfterCharacter = lexeme.freeAfterCharacter;
    this.accepts = lexeme.accepts && frame.after().some((thread) => thread.accepts);
  }

  get span(): Frame["span"] {
    return this.#frame.span;
  }

  get barred(): readonly number[] | undefined {
    return this.#lexeme.barred;
  }

  get tokens(): readonly number[] {
    return this.#lexeme.accepts ? this.#frame.after().flatMap((thread) => thread.tokens ?? []) : [];
  }

  bytesToClose(): number {
    return this.#lexeme.bytesToAccept() + this.#frame.bytesToClose();
  }

  step(byte: number, out: Thread[], before: TextBefore): void {
    const next = this.#lexeme.next(byte);
    if (next !== undefined) pushLexeme(this.#store, next, this.#frame, out);
    if (this.#lexeme.accepts) for (const thread of this.#frame.after()) thread.step(byte, out, before);
  }

  alike(byte: number): ByteRange {
    return this.#lexeme.accepts ? byteRange(byte, byte) : this.#lexeme.alike(byte);
  }

  stepToken(token: number, out: Thread[]): void {
    if (this.#lexeme.accepts) for (const thread of this.#frame.after()) thread.stepToken?.(token, out);
  }

  clip(length: number): Thread {
    return lexemeThread(this.#store, this.#lexeme.clip(length), this.#frame.clip(length));
  }

  get isInAnyText(): boolean {
    return this.#lexeme.outline === ANY_TEXT;
  }

  likeness(compare: Likeness): string {
    return `l${compare.inside(this.#lexeme)},${compare.around(this.#frame)}`;
  }
}
