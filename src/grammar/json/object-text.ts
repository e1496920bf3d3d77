import type { Lexeme } from "../lexeme/lexeme.ts";
import { Nest } from "../machine/nest.ts";
import type { Frame, Thread } from "../machine/thread.ts";
import type { JsonContext } from "./context.ts";
import { InKey } from "./key-thread.ts";
import { Place, type PlaceParts } from "./place.ts";
import type { ObjectState, ValueType } from "./value-type.ts";

export interface ObjectPosition {
  readonly context: JsonContext;
  readonly state: ObjectState;
  readonly frame: Frame;
}

/** The text of an object in this state and frame; the same one whenever it is asked for. */
export function objectText(at: ObjectPosition): ObjectText {
  const { nest } = at.frame;
  return nest.get<ObjectText>(at.state.id) ?? nest.set(at.state.id, new ObjectText(at));
}

/** An object between two properties: the places where its text may go on. */
export class ObjectText {
  readonly at: ObjectPosition;
  readonly #keys: Nest;
  readonly #colons: Nest;
  #first: Place | undefined;
  #rest: Place | undefined;
  #afterComma: Place | undefined;

  constructor(at: ObjectPosition) {
    this.at = at;
    const { nests } = at.context.store;
    this.#keys = new Nest(nests);
    this.#colons = new Nest(nests);
  }

  /** After the opening brace. */
  get first(): Place {
    const { state, frame } = this.at;
    return (this.#first ??= this.#place({
      isSeparator: false,
      bytesToClose: () => state.bytesToClose(true) + frame.bytesToClose(),
      enter: (byte, out) => {
        if (byte === 0x22) this.#pushKeys(out);
        else this.#close(byte, out);
      },
      clip: (length) => this.clip(length).first,
      likeness: (compare) => `o${state.id},${compare.around(frame)}`,
    }));
  }

  /** After a property. */
  get rest(): Place {
    const { state, frame } = this.at;
    return (this.#rest ??= this.#place({
      isSeparator: false,
      bytesToClose: () => state.bytesToClose(false) + frame.bytesToClose(),
      enter: (byte, out) => {
        if (byte === 0x2c && state.bytesAfterComma() !== Infinity) out.push(this.#beforeKey.thread);
        else this.#close(byte, out);
      },
      clip: (length) => this.clip(length).rest,
    }));
  }

  /** Inside a key. A named one is known by its label; of another one the text must be read back when it closes. */
  inKey(key: Lexeme, isNamed: boolean): InKey {
    const known = this.#keys.get<InKey>(key.id);
    return known ?? this.#keys.set(key.id, new InKey(this, key, isNamed));
  }

  afterKey(type: ValueType, next: ObjectState): Thread {
    return objectText({ ...this.at, state: next }).#beforeColon(type).thread;
  }

  clip(length: number): ObjectText {
    const frame = this.at.frame.clip(length);
    return frame === this.at.frame ? this : objectText({ ...this.at, frame });
  }

  /** After the key of a property with a value of `type`, the state being the one behind that value. */
  #beforeColon(type: ValueType): Place {
    const { context, state, frame } = this.at;
    const known = this.#colons.get<Place>(type.id);
    if (known !== undefined) return known;
    const place = this.#place({
      isSeparator: false,
      bytesToClose: () =>
        context.gaps.separatorBytes + type.minBytes() + state.bytesToClose(false) + frame.bytesToClose(),
      enter: (byte, out) => {
        if (byte === 0x3a) out.push(context.value(type, this.rest.waiting));
      },
      clip: (length) => this.clip(length).#beforeColon(type),
    });
    return this.#colons.set(type.id, place);
  }

  get #beforeKey(): Place {
    const { state, frame } = this.at;
    return (this.#afterComma ??= this.#place({
      isSeparator: true,
      bytesToClose: () => state.bytesAfterComma() + frame.bytesToClose(),
      enter: (byte, out) => {
        if (byte === 0x22) this.#pushKeys(out);
      },
      clip: (length) => this.clip(length).#beforeKey,
      likeness: (compare) => compare.together(this.#keyThreads()),
    }));
  }

  #place(parts: Omit<PlaceParts, "context" | "frame">): Place {
    const { context, frame } = this.at;
    return new Place({ ...parts, context, frame });
  }

  #close(byte: number, out: Thread[]): void {
    const { state, frame } = this.at;
    if (byte === 0x7d && state.closable) out.push(...frame.after());
  }

  #pushKeys(out: Thread[]): void {
    out.push(...this.#keyThreads());
  }

  #keyThreads(): InKey[] {
    const { context, state } = this.at;
    const [named, other] = [state.namedKeys(), state.otherKeys()];
    return [
      ...(named === undefined ? [] : [this.inKey(context.strings.inside(named), true)]),
      ...(other === undefined ? [] : [this.inKey(context.strings.inside(other), false)]),
    ];
  }
}
