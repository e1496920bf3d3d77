import type { Lexeme } from "../lexeme/lexeme.ts";
import type { Frame, TextBefore, Thread } from "../machine/thread.ts";
import type { JsonContext } from "./context.ts";
import { type Gap, widenGap } from "./gap.ts";
import type { Entry, ObjectState, ValueType } from "./value-type.ts";

interface ObjectPosition {
  readonly context: JsonContext;
  readonly state: ObjectState;
  readonly frame: Frame;
  readonly gap: Gap;
}

/** The thread after an opening brace: a key or the closing brace comes next. */
export function objectStart(context: JsonContext, state: ObjectState, frame: Frame, gap: Gap = 0): Thread {
  const key = `{${state.id},${gap},${frame.id}`;
  return context.store.threads.get(key, () => new ObjectStart({ context, state, frame, gap }));
}

function beforeKey(at: ObjectPosition): Thread {
  return at.context.store.threads.get(`K${at.state.id},${at.gap},${at.frame.id}`, () => new BeforeKey(at));
}

function afterProperty(at: ObjectPosition): Thread {
  return at.context.store.threads.get(`}${at.state.id},${at.gap},${at.frame.id}`, () => new AfterProperty(at));
}

function inKey(at: ObjectPosition, lexeme: Lexeme, isNamed: boolean): Thread {
  const key = `${isNamed ? "k" : "o"}${at.state.id},${lexeme.id},${at.frame.id}`;
  return at.context.store.threads.get(key, () => new InKey(at, lexeme, isNamed));
}

function beforeColon(at: ObjectPosition, type: ValueType): Thread {
  const key = `:${at.state.id},${type.id},${at.gap},${at.frame.id}`;
  return at.context.store.threads.get(key, () => new BeforeColon(at, type));
}

function objectFrame(context: JsonContext, state: ObjectState, parent: Frame): Frame {
  return context.store.frames.get(`O${state.id},${parent.id}`, () => new ObjectFrame(context, state, parent));
}

abstract class ObjectThread implements Thread {
  readonly id: number;
  readonly accepts = false;
  readonly freeLength: number = 0;
  protected readonly at: ObjectPosition;

  constructor(at: ObjectPosition) {
    this.id = at.context.store.nextId();
    this.at = at;
  }

  get span(): Frame["span"] {
    return this.at.frame.span;
  }

  abstract bytesToClose(): number;
  abstract step(byte: number, out: Thread[], before: TextBefore): void;
  abstract clip(length: number): Thread;

  protected widened(byte: number): ObjectPosition | undefined {
    const gap = widenGap(this.at.gap, byte, this.at.context.whitespace);
    return gap < 0 ? undefined : { ...this.at, gap };
  }

  protected clipped(length: number): ObjectPosition {
    return { ...this.at, frame: this.at.frame.clip(length) };
  }

  protected pushKeys(out: Thread[]): void {
    const { state, context } = this.at;
    const at = { ...this.at, gap: 0 };
    const named = state.namedKeys();
    if (named !== undefined) out.push(inKey(at, context.strings.inside(named), true));
    const other = state.otherKeys();
    if (other !== undefined) out.push(inKey(at, context.strings.inside(other), false));
  }
}

class ObjectStart extends ObjectThread {
  bytesToClose(): number {
    return this.at.state.bytesToClose(true) + this.at.frame.bytesToClose();
  }

  step(byte: number, out: Thread[]): void {
    const { context, state, frame } = this.at;
    const wider = this.widened(byte);
    if (wider !== undefined) out.push(objectStart(context, state, frame, wider.gap));
    else if (byte === 0x22) this.pushKeys(out);
    else if (byte === 0x7d && state.closable) out.push(...frame.after());
  }

  clip(length: number): Thread {
    const { context, state, frame, gap } = this.clipped(length);
    return objectStart(context, state, frame, gap);
  }
}

class BeforeKey extends ObjectThread {
  bytesToClose(): number {
    return this.at.state.bytesAfterComma() + this.at.frame.bytesToClose();
  }

  step(byte: number, out: Thread[]): void {
    const wider = this.widened(byte);
    if (wider !== undefined) out.push(beforeKey(wider));
    else if (byte === 0x22) this.pushKeys(out);
  }

  clip(length: number): Thread {
    return beforeKey(this.clipped(length));
  }
}

/** Inside a key. A named key is known by its label; of another one the text must be read back when it closes. */
class InKey extends ObjectThread {
  override readonly freeLength: number;
  readonly #lexeme: Lexeme;
  readonly #isNamed: boolean;

  constructor(at: ObjectPosition, lexeme: Lexeme, isNamed: boolean) {
    super(at);
    this.#lexeme = lexeme;
    this.#isNamed = isNamed;
    this.freeLength = lexeme.freeLength;
  }

  bytesToClose(): number {
    const rest = this.#isNamed ? 0 : this.at.state.bytesAfterOtherKey();
    return this.#lexeme.bytesToAccept() + rest + this.at.frame.bytesToClose();
  }

  step(byte: number, out: Thread[], before: TextBefore): void {
    const next = this.#lexeme.next(byte);
    if (next === undefined) return;
    if (!next.ended) {
      out.push(inKey(this.at, next, this.#isNamed));
      return;
    }
    for (const { type, next: state } of this.#entries(next, before)) out.push(beforeColon({ ...this.at, state }, type));
  }

  clip(length: number): Thread {
    return inKey(this.clipped(length), this.#lexeme.clip(length), this.#isNamed);
  }

  #entries(key: Lexeme, before: TextBefore): readonly Entry<ObjectState>[] {
    if (this.#isNamed) return this.at.state.named(key.label);
    const text = before.closingString();
    const entries = text === undefined ? this.at.state.anyOther() : this.at.state.other(text);
    if (entries === undefined) before.need();
    return entries ?? [];
  }
}

class BeforeColon extends ObjectThread {
  readonly #type: ValueType;

  constructor(at: ObjectPosition, type: ValueType) {
    super(at);
    this.#type = type;
  }

  bytesToClose(): number {
    return 1 + this.#type.minBytes() + this.at.state.bytesToClose(false) + this.at.frame.bytesToClose();
  }

  step(byte: number, out: Thread[]): void {
    const { context, state, frame } = this.at;
    const wider = this.widened(byte);
    if (wider !== undefined) out.push(beforeColon(wider, this.#type));
    else if (byte === 0x3a) out.push(context.value(this.#type, objectFrame(context, state, frame)));
  }

  clip(length: number): Thread {
    return beforeColon(this.clipped(length), this.#type);
  }
}

class AfterProperty extends ObjectThread {
  bytesToClose(): number {
    return this.at.state.bytesToClose(false) + this.at.frame.bytesToClose();
  }

  step(byte: number, out: Thread[]): void {
    const { state, frame } = this.at;
    const wider = this.widened(byte);
    if (wider !== undefined) out.push(afterProperty(wider));
    else if (byte === 0x7d) {
      if (state.closable) out.push(...frame.after());
    } else if (byte === 0x2c && state.bytesAfterComma() !== Infinity) out.push(beforeKey({ ...this.at, gap: 0 }));
  }

  clip(length: number): Thread {
    return afterProperty(this.clipped(length));
  }
}

/** Waits for a property's value to be complete; `state` is the object after it. */
class ObjectFrame implements Frame {
  readonly id: number;
  readonly #context: JsonContext;
  readonly #state: ObjectState;
  readonly #parent: Frame;
  #after: readonly Thread[] | undefined;
  #bytes: number | undefined;

  constructor(context: JsonContext, state: ObjectState, parent: Frame) {
    this.id = context.store.nextId();
    this.#context = context;
    this.#state = state;
    this.#parent = parent;
  }

  get span(): Frame["span"] {
    return this.#parent.span;
  }

  after(): readonly Thread[] {
    return (this.#after ??= [
      afterProperty({ context: this.#context, state: this.#state, frame: this.#parent, gap: 0 }),
    ]);
  }

  bytesToClose(): number {
    return (this.#bytes ??= this.#state.bytesToClose(false) + this.#parent.bytesToClose());
  }

  clip(length: number): Frame {
    return objectFrame(this.#context, this.#state, this.#parent.clip(length));
  }
}
