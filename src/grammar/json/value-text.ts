import { pushLexeme } from "../machine/lexeme-thread.ts";
import type { Frame, Thread } from "../machine/thread.ts";
import { arrayText } from "./array-text.ts";
import type { JsonContext } from "./context.ts";
import { objectText } from "./object-text.ts";
import { Place } from "./place.ts";
import type { ValueType } from "./value-type.ts";

/** The threads of JSON values, over one store. */
export function jsonContext(parts: Pick<JsonContext, "store" | "strings" | "gaps">): JsonContext {
  const context: JsonContext = {
    ...parts,
    value: (type, frame) => valuePlace(context, type, frame).thread,
    startValue: (type, frame, step) => startValue({ context, type, frame }, step.byte, step.out),
  };
  return context;
}

/** The place before a value of `type`; the first byte decides what kind of value it is. */
function valuePlace(context: JsonContext, type: ValueType, frame: Frame): Place {
  const known = frame.nest.get<Place>(type.id);
  if (known !== undefined) return known;
  // So that it counts among the values that a token can open, see `CompiledGrammar.largestValue`.
  type.minBytes();
  const place = new Place({
    context,
    frame,
    isSeparator: frame.isSeparated === true,
    isBeforeSpan: frame.holdsSpan === true,
    bytesToClose: () => type.minBytes() + frame.bytesToClose(),
    enter: (byte, out) => startValue({ context, type, frame }, byte, out),
    clip: (length) => valuePlace(context, type, frame.clip(length)),
    likeness: (compare) => `v${type.id},${frame.isSeparated === true},${compare.around(frame)}`,
  });
  return frame.nest.set(type.id, place);
}

function startValue(start: { context: JsonContext; type: ValueType; frame: Frame }, byte: number, out: Thread[]): void {
  const { context, type, frame } = start;
  if (byte === 0x22) {
    const text = type.strings();
    if (text !== undefined) pushLexeme(context.store, context.strings.inside(text), frame, out);
  } else if (byte === 0x7b) {
    for (const state of type.objects()) out.push(objectText({ context, state, frame }).first.thread);
  } else if (byte === 0x5b) {
    for (const state of type.arrays()) out.push(arrayText({ context, state, frame }).first.thread);
  } else {
    for (const scalar of type.scalars()) {
      const next = scalar.next(byte);
      if (next !== undefined) pushLexeme(context.store, next, frame, out);
    }
  }
}
