import type { ByteRange } from "../lexeme/byte-range.ts";
import type { Lexeme } from "../lexeme/lexeme.ts";
import { ANY_TEXT } from "../lexeme/text-state.ts";
import type { Likeness } from "../machine/likeness.ts";
import type { Frame, TextBefore, Thread } from "../machine/thread.ts";
import type { JsonContext } from "./context.ts";
import type { Entry, ObjectState, ValueType } from "./value-type.ts";

/** The object whose key is being written. */
interface KeyOwner {
  readonly at: { readonly context: JsonContext; readonly state: ObjectState; readonly frame: Frame };
  inKey(key: Lexeme, isNamed: boolean): Thread;
  afterKey(type: ValueType, next: ObjectState): Thread;
  clip(length: number): KeyOwner;
}

/** Inside a key. A named key is known by its label; of another one the text must be read back when it closes. */
export class InKey implements Thread {
  readonly id: number;
  readonly accepts = false;
  readonly freeLength: number;
  readonly freeAfterCharacter: number | undefined;
  readonly #object: KeyOwner;
  readonly #key: Lexeme;
  readonly #isNamed: boolean;

  constructor(object: KeyOwner, key: Lexeme, isNamed: boolean) {
    this.id = object.at.context.store.nextId();
    this.#object = object;
    this.#key = key;
    this.#isNamed = isNamed;
    this.freeLength = key.freeLength;
    this.freeAfterCharacter = key.freeAfterCharacter;
  }

  get span(): Frame["span"] {
    return this.#object.at.frame.span;
  }

  bytesToClose(): number {
    const { state, frame } = this.#object.at;
    const rest = this.#isNamed ? 0 : state.bytesAfterOtherKey();
    return this.#key.bytesToAccept() + rest + frame.bytesToClose();
  }

  step(byte: number, out: Thread[], before: TextBefore): void {
    const next = this.#key.next(byte);
    if (next === undefined) return;
    if (!next.ended) {
      out.push(this.#object.inKey(next, this.#isNamed));
      return;
    }
    for (const { type, next: state } of this.#entries(next, before)) {
      out.push(this.#object.afterKey(type, state));
    }
  }

  alike(byte: number): ByteRange {
    return this.#key.alike(byte);
  }

  clip(length: number): Thread {
    return this.#object.clip(length).inKey(this.#key.clip(length), this.#isNamed);
  }

  /** Which texts may be the key, and what may follow where one token closes it. */
  get isInAnyText(): boolean {
    return this.#key.outline === ANY_TEXT;
  }

  likeness(compare: Likeness, isFree: boolean): string {
    const { state } = this.#object.at;
    const closings = compare.closings(this.#key).map(({ label, parts }) => {
      const entries = this.#isNamed ? state.named(label) : state.anyOther();
      if (entries === undefined) return `t${this.id}`;
      return `${parts}:${entries.map(({ type, next }) => compare.behind(this.#object.afterKey(type, next))).join("/")}`;
    });
    return `k${isFree ? "" : (this.#key.outline ?? this.#key.id)};${closings.join(";")}`;
  }

  #entries(key: Lexeme, before: TextBefore): readonly Entry<ObjectState>[] {
    const { state } = this.#object.at;
    if (this.#isNamed) return state.named(key.label);
    const text = before.closingString();
    const entries = text === undefined ? state.anyOther() : state.other(text);
    if (entries === undefined) before.need();
    return entries ?? [];
  }
}
