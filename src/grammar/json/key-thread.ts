import type { ByteRange } from "../lexeme/byte-range.ts";
import type { Lexeme } from "../lexeme/lexeme.ts";
import type { Frame, TextBefore, Thread } from "../machine/thread.ts";
import type { ObjectText } from "./object-text.ts";
import { objectText } from "./object-text.ts";
import type { Entry, ObjectState } from "./value-type.ts";

/** Inside a key. A named key is known by its label; of another one the text must be read back when it closes. */
export class InKey implements Thread {
  readonly id: number;
  readonly accepts = false;
  readonly freeLength: number;
  readonly #text: ObjectText;
  readonly #key: Lexeme;
  readonly #isNamed: boolean;

  constructor(text: ObjectText, key: Lexeme, isNamed: boolean) {
    this.id = text.at.context.store.nextId();
    this.#text = text;
    this.#key = key;
    this.#isNamed = isNamed;
    this.freeLength = key.freeLength;
  }

  get span(): Frame["span"] {
    return this.#text.at.frame.span;
  }

  bytesToClose(): number {
    const { state, frame } = this.#text.at;
    const rest = this.#isNamed ? 0 : state.bytesAfterOtherKey();
    return this.#key.bytesToAccept() + rest + frame.bytesToClose();
  }

  step(byte: number, out: Thread[], before: TextBefore): void {
    const next = this.#key.next(byte);
    if (next === undefined) return;
    if (!next.ended) {
      out.push(this.#text.inKey(next, this.#isNamed));
      return;
    }
    for (const { type, next: state } of this.#entries(next, before)) {
      out.push(objectText({ ...this.#text.at, state }).beforeColon(type).thread);
    }
  }

  alike(byte: number): ByteRange {
    return this.#key.alike(byte);
  }

  clip(length: number): Thread {
    return this.#text.clip(length).inKey(this.#key.clip(length), this.#isNamed);
  }

  #entries(key: Lexeme, before: TextBefore): readonly Entry<ObjectState>[] {
    const { state } = this.#text.at;
    if (this.#isNamed) return state.named(key.label);
    const text = before.closingString();
    const entries = text === undefined ? state.anyOther() : state.other(text);
    if (entries === undefined) before.need();
    return entries ?? [];
  }
}
