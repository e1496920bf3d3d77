import type { Frame } from "../machine/thread.ts";
import type { JsonContext } from "./context.ts";
import { Place } from "./place.ts";
import type { ArrayState } from "./value-type.ts";

interface ArrayPosition {
  readonly context: JsonContext;
  readonly state: ArrayState;
  readonly frame: Frame;
}

/** The text of an array in this state and frame; the same one whenever it is asked for. */
export function arrayText(at: ArrayPosition): ArrayText {
  const { nest } = at.frame;
  return nest.get<ArrayText>(at.state.id) ?? nest.set(at.state.id, new ArrayText(at));
}

/** An array between two items: the places where its text may go on. */
class ArrayText {
  readonly #at: ArrayPosition;
  #first: Place | undefined;
  #rest: Place | undefined;

  constructor(at: ArrayPosition) {
    this.#at = at;
  }

  /** After the opening bracket. */
  get first(): Place {
    const { context, state, frame } = this.#at;
    return (this.#first ??= new Place({
      context,
      frame,
      isSeparator: false,
      bytesToClose: () => state.bytesToClose(true) + frame.bytesToClose(),
      enter: (byte, out) => {
        if (byte !== 0x5d) {
          for (const { type, next } of state.items()) context.startValue(type, this.#waiting(next), { byte, out });
        } else if (state.closable) out.push(...frame.after());
      },
      clip: (length) => this.#clip(length).first,
      likeness: (compare) => `a${state.id},${compare.around(frame)}`,
    }));
  }

  /** After an item. */
  get rest(): Place {
    const { context, state, frame } = this.#at;
    return (this.#rest ??= new Place({
      context,
      frame,
      isSeparator: false,
      bytesToClose: () => state.bytesToClose(false) + frame.bytesToClose(),
      enter: (byte, out, before) => {
        if (byte !== 0x2c && byte !== 0x5d) return;
        const known = state.needsValue ? state.withValue(before.lastValue()) : state;
        if (byte === 0x2c) {
          for (const { type, next } of known.items()) out.push(context.value(type, this.#waiting(next)));
        } else if (known.closable) out.push(...frame.after());
      },
      clip: (length) => this.#clip(length).rest,
    }));
  }

  /** The frame of an item that brings the array to `state`. */
  #waiting(state: ArrayState): Frame {
    return arrayText({ ...this.#at, state }).rest.waiting;
  }

  #clip(length: number): ArrayText {
    return arrayText({ ...this.#at, state: this.#at.state.clip(length), frame: this.#at.frame.clip(length) });
  }
}
