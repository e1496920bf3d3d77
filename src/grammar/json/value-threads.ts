import { pushLexeme } from "../machine/lexeme-thread.ts";
import type { Frame, Thread } from "../machine/thread.ts";
import { arrayStart } from "./array-threads.ts";
import type { JsonContext } from "./context.ts";
import { type Gap, widenGap } from "./gap.ts";
import { objectStart } from "./object-threads.ts";
import type { ValueType } from "./value-type.ts";

/** The threads of JSON values, over one store. */
export function jsonContext(parts: Pick<JsonContext, "store" | "strings" | "whitespace">): JsonContext {
  const context: JsonContext = {
    ...parts,
    value: (type, frame) => valueThread(context, type, frame),
    startValue: (type, frame, step) => startValue({ context, type, frame }, step.byte, step.out),
  };
  return context;
}

/** The thread before a value of `type`; the first byte decides what kind of value it is. */
function valueThread(context: JsonContext, type: ValueType, frame: Frame, gap: Gap = 0): Thread {
  const key = `V${type.id},${gap},${frame.id}`;
  return context.store.threads.get(key, () => new BeforeValue({ context, type, frame, gap }));
}

/** Pushes what the first byte of a value leads to. */
function startValue(start: { context: JsonContext; type: ValueType; frame: Frame }, byte: number, out: Thread[]): void {
  const { context, type, frame } = start;
  if (byte === 0x22) {
    const text = type.strings();
    if (text !== undefined) pushLexeme(context.store, context.strings.inside(text), frame, out);
  } else if (byte === 0x7b) {
    for (const state of type.objects()) out.push(objectStart(context, state, frame));
  } else if (byte === 0x5b) {
    for (const state of type.arrays()) out.push(arrayStart(context, state, frame));
  } else {
    for (const scalar of type.scalars()) {
      const next = scalar.next(byte);
      if (next !== undefined) pushLexeme(context.store, next, frame, out);
    }
  }
}

class BeforeValue implements Thread {
  readonly id: number;
  readonly accepts = false;
  readonly freeLength = 0;
  readonly #context: JsonContext;
  readonly #type: ValueType;
  readonly #frame: Frame;
  readonly #gap: Gap;

  constructor(parts: { context: JsonContext; type: ValueType; frame: Frame; gap: Gap }) {
    this.id = parts.context.store.nextId();
    this.#context = parts.context;
    this.#type = parts.type;
    this.#frame = parts.frame;
    this.#gap = parts.gap;
  }

  get span(): Frame["span"] {
    return this.#frame.span;
  }

  get isBeforeSpan(): boolean {
    return this.#frame.holdsSpan === true;
  }

  bytesToClose(): number {
    return this.#type.minBytes() + this.#frame.bytesToClose();
  }

  step(byte: number, out: Thread[]): void {
    const gap = widenGap(this.#gap, byte, this.#context.whitespace);
    if (gap >= 0) out.push(valueThread(this.#context, this.#type, this.#frame, gap));
    else startValue({ context: this.#context, type: this.#type, frame: this.#frame }, byte, out);
  }

  clip(length: number): Thread {
    return valueThread(this.#context, this.#type, this.#frame.clip(length), this.#gap);
  }
}
