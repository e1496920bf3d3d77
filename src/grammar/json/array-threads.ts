import type { Frame, TextBefore, Thread } from "../machine/thread.ts";
import type { JsonContext } from "./context.ts";
import { type Gap, widenGap } from "./gap.ts";
import type { ArrayState } from "./value-type.ts";

interface ArrayPosition {
  readonly context: JsonContext;
  readonly state: ArrayState;
  readonly frame: Frame;
  readonly gap: Gap;
}

/** The thread after an opening bracket: an item or the closing bracket comes next. */
export function arrayStart(context: JsonContext, state: ArrayState, frame: Frame, gap: Gap = 0): Thread {
  const key = `[${state.id},${gap},${frame.id}`;
  return context.store.threads.get(key, () => new ArrayStart({ context, state, frame, gap }));
}

function arrayFrame(context: JsonContext, state: ArrayState, parent: Frame): Frame {
  return context.store.frames.get(`A${state.id},${parent.id}`, () => new ArrayFrame(context, state, parent));
}

function afterItem(position: ArrayPosition): Thread {
  const { context, state, frame, gap } = position;
  return context.store.threads.get(`]${state.id},${gap},${frame.id}`, () => new AfterItem(position));
}

abstract class ArrayThread implements Thread {
  readonly id: number;
  readonly accepts = false;
  readonly freeLength = 0;
  protected readonly at: ArrayPosition;

  constructor(at: ArrayPosition) {
    this.id = at.context.store.nextId();
    this.at = at;
  }

  get span(): Frame["span"] {
    return this.at.frame.span;
  }

  abstract bytesToClose(): number;
  abstract step(byte: number, out: Thread[], before: TextBefore): void;
  abstract clip(length: number): Thread;
}

class ArrayStart extends ArrayThread {
  bytesToClose(): number {
    return this.at.state.bytesToClose(true) + this.at.frame.bytesToClose();
  }

  step(byte: number, out: Thread[]): void {
    const { context, state, frame } = this.at;
    const gap = widenGap(this.at.gap, byte, context.whitespace);
    if (gap >= 0) out.push(arrayStart(context, state, frame, gap));
    else if (byte === 0x5d) {
      if (state.closable) out.push(...frame.after());
    } else {
      for (const { type, next } of state.items()) {
        context.startValue(type, arrayFrame(context, next, frame), { byte, out });
      }
    }
  }

  clip(length: number): Thread {
    return arrayStart(this.at.context, this.at.state.clip(length), this.at.frame.clip(length), this.at.gap);
  }
}

class AfterItem extends ArrayThread {
  bytesToClose(): number {
    return this.at.state.bytesToClose(false) + this.at.frame.bytesToClose();
  }

  step(byte: number, out: Thread[], before: TextBefore): void {
    const { context, frame } = this.at;
    const gap = widenGap(this.at.gap, byte, context.whitespace);
    if (gap >= 0) out.push(afterItem({ ...this.at, gap }));
    if (byte !== 0x2c && byte !== 0x5d) return;
    const state = this.at.state.needsValue ? this.at.state.withValue(before.lastValue()) : this.at.state;
    if (byte === 0x5d) {
      if (state.closable) out.push(...frame.after());
      return;
    }
    for (const { type, next } of state.items()) out.push(context.value(type, arrayFrame(context, next, frame)));
  }

  clip(length: number): Thread {
    return afterItem({ ...this.at, state: this.at.state.clip(length), frame: this.at.frame.clip(length) });
  }
}

/** Waits for an item to be complete; `state` is the array after it. */
class ArrayFrame implements Frame {
  readonly id: number;
  readonly #context: JsonContext;
  readonly #state: ArrayState;
  readonly #parent: Frame;
  #after: readonly Thread[] | undefined;
  #bytes: number | undefined;

  constructor(context: JsonContext, state: ArrayState, parent: Frame) {
    this.id = context.store.nextId();
    this.#context = context;
    this.#state = state;
    this.#parent = parent;
  }

  get span(): Frame["span"] {
    return this.#parent.span;
  }

  after(): readonly Thread[] {
    return (this.#after ??= [afterItem({ context: this.#context, state: this.#state, frame: this.#parent, gap: 0 })]);
  }

  bytesToClose(): number {
    return (this.#bytes ??= this.#state.bytesToClose(false) + this.#parent.bytesToClose());
  }

  clip(length: number): Frame {
    return arrayFrame(this.#context, this.#state.clip(length), this.#parent.clip(length));
  }
}
