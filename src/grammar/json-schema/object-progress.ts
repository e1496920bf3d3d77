import type { Entry, ObjectState } from "../json/value-type.ts";
import type { TextState } from "../lexeme/text-state.ts";
import { NamedKeys } from "./named-keys.ts";
import type { ObjectShape } from "./object-shape.ts";
import type { SchemaType } from "./schema-type.ts";
import { closingBytes } from "./object-plan.ts";
import type { SeenKeys } from "./seen-keys.ts";

/** What counts of an object's properties so far. */
export interface Progress {
  /** Slots that may still be filled, as bits. */
  readonly open: bigint;
  readonly count: number;
  /** Obligations not met yet, as bits. */
  readonly pending: number;
  /** The other keys that stand already. */
  readonly seen: SeenKeys;
  /** Whether a further key stands that is missing in `seen`. */
  readonly isUnsure: boolean;
}

/** An object of a shape, between two properties. */
export class ObjectProgress implements ObjectState {
  readonly id: number;
  readonly shape: ObjectShape;
  readonly at: Progress;
  #named: NamedKeys | null | undefined;
  #others: TextState | null | undefined;
  #closing: number | undefined;
  #afterComma: number | undefined;
  #afterOther: number | undefined;
  readonly #bytesAfterSlots: (number | undefined)[] = [];

  constructor(id: number, shape: ObjectShape, at: Progress) {
    this.id = id;
    this.shape = shape;
    this.at = at;
  }

  get closable(): boolean {
    const { open, count, pending } = this.at;
    return (open & this.shape.required) === 0n && pending === 0 && count >= this.shape.min && count <= this.shape.max;
  }

  namedKeys(): NamedKeys | undefined {
    if (this.#named === undefined) {
      const choosable = this.#choosable();
      const choice = {
        choosable,
        keyBytes: (slot: number) => this.shape.slots[slot]!.keyBytes,
        bytesAfter: (slot: number) => (this.#bytesAfterSlots[slot] ??= this.#bytesAfter(slot)),
        shapeId: this.shape.id,
        nextId: this.shape.types.nextId,
      };
      this.#named = choosable === 0n ? null : new NamedKeys(this.shape.tree(), choice);
    }
    return this.#named ?? undefined;
  }

  named(slot: number): Entry<ObjectProgress>[] {
    const bit = 1n << BigInt(slot);
    // In declared order, what was passed over is gone.
    const open = this.shape.keyOrder === "declared" ? this.at.open & ~((bit << 1n) - 1n) : this.at.open & ~bit;
    const here = this.shape.obligations.map(({ slots }) => (slots & bit) !== 0n);
    return this.#entries({ ...this.at, open, count: this.at.count + 1 }, here, (also) =>
      this.shape.slotType(slot, also),
    );
  }

  otherKeys(): TextState | undefined {
    if (this.#others === undefined) this.#others = this.#makeOtherKeys() ?? null;
    return this.#others ?? undefined;
  }

  other(key: string): Entry<ObjectProgress>[] {
    const region = this.shape.regions().find(({ keys }) => keys.has(key));
    if (region === undefined) return [];
    const { formulas } = this.shape.types;
    const here = this.shape.obligations.map(({ keys }) => keys.has(key));
    return this.#entries({ ...this.#afterOtherKey(), seen: this.at.seen.with(key) }, here, (also) =>
      this.shape.types.of(also === undefined ? region.formula : formulas.and([region.formula, also])),
    );
  }

  anyOther(): Entry<ObjectProgress>[] | undefined {
    const [region, ...more] = this.shape.regions();
    const { obligations, types } = this.shape;
    if (region === undefined || more.length > 0 || obligations.length > 0 || this.at.isUnsure) return undefined;
    return this.#entries({ ...this.#afterOtherKey(), isUnsure: true }, [], () => types.of(region.formula));
  }

  bytesAfterOtherKey(): number {
    return (this.#afterOther ??= this.#longestAfterOther());
  }

  bytesToClose(isFirst: boolean): number {
    const closing = this.#closing ?? this.#bytesToClose();
    return isFirst && !this.closable ? closing - this.#separator : closing;
  }

  bytesAfterComma(): number {
    return (this.#afterComma ??= this.closable ? this.#cheapestProperty() : this.bytesToClose(false) - this.#separator);
  }

  #bytesToClose(): number {
    const { emptiness } = this.shape.types;
    const before = emptiness.now();
    const closing = closingBytes(this.shape, this.at);
    if (closing !== Infinity || emptiness.isFinalSince(before)) this.#closing = closing;
    return closing;
  }

  get #separator(): number {
    return this.shape.types.separatorBytes;
  }

  /** Bytes from the end of a choosable key to the end of the object. */
  #bytesAfter(slot: number): number {
    const { shape } = this;
    if (shape.isBounded) {
      return Math.min(
        ...this.named(slot).map(({ type, next }) => this.#separator + type.minBytes() + next.bytesToClose(false)),
      );
    }
    // Then each required property counts for itself, and the states behind every single key need not be made.
    const bytes = this.#separator + shape.slotType(slot).minBytes();
    const isRequired = (shape.required & (1n << BigInt(slot))) !== 0n;
    return bytes + this.bytesToClose(false) - (isRequired ? shape.slots[slot]!.keyBytes + this.#separator + bytes : 0);
  }

  /** The slots that may be filled next without running into a dead end. */
  #choosable(): bigint {
    const { shape } = this;
    const inOrder = shape.keyOrder === "declared";
    let choosable = 0n;
    for (let slot = 0; slot < shape.slots.length; slot++) {
      const bit = 1n << BigInt(slot);
      if ((this.at.open & bit) === 0n) continue;
      const isPossible = shape.isBounded ? this.named(slot).length > 0 : shape.slotType(slot).isInhabited();
      if (isPossible) choosable |= bit;
      if (inOrder && (shape.required & bit) !== 0n) break;
    }
    return choosable;
  }

  #makeOtherKeys(): TextState | undefined {
    const { shape } = this;
    if (shape.regions().length === 0 || !this.#othersMayCome()) return undefined;
    if (shape.hasOneRegion) return shape.types.otherKeys.but(this.at.seen.tree());
    const { regex } = shape.types.formulas;
    const free = regex.and([shape.others(), regex.not(regex.words(this.at.seen.names))]);
    return regex.isEmpty(free) ? undefined : free;
  }

  #othersMayCome(): boolean {
    const { open, count } = this.at;
    const { shape } = this;
    if (shape.keyOrder === "declared" && (open & shape.required) !== 0n) return false;
    if (!shape.isBounded) return true;
    if (count + 1 > shape.max) return false;
    return closingBytes(shape, this.#afterOtherKey(), 1) !== Infinity;
  }

  #afterOtherKey(): Progress {
    const { open, count } = this.at;
    return { ...this.at, open: this.shape.keyOrder === "declared" ? 0n : open, count: count + 1 };
  }

  /** The ways to go on after a key: which pending obligations its value is to meet. */
  #entries(
    after: Progress,
    here: readonly boolean[],
    typeOf: (also?: SchemaType["formula"]) => SchemaType,
  ): Entry<ObjectProgress>[] {
    const { formulas } = this.shape.types;
    const entries: Entry<ObjectProgress>[] = [];
    for (let met = 0; met <= this.at.pending; met++) {
      if ((met & ~this.at.pending) !== 0 || here.some((isHere, i) => !isHere && (met >> i) & 1)) continue;
      const demands = this.shape.obligations.filter((_, i) => (met >> i) & 1).map(({ formula }) => formula);
      const type = demands.length === 0 ? typeOf() : typeOf(formulas.and(demands));
      const next = this.shape.state({ ...after, pending: this.at.pending & ~met });
      if (type.isInhabited() && next.bytesToClose(false) !== Infinity) entries.push({ type, next });
    }
    return entries;
  }

  #cheapestProperty(): number {
    const named = this.namedKeys();
    const other = this.otherKeys();
    const bytesOfNamed = named === undefined ? Infinity : 2 + named.bytesToAccept();
    const bytesOfOther = other === undefined ? Infinity : 2 + other.bytesToAccept() + this.bytesAfterOtherKey();
    return Math.min(bytesOfNamed, bytesOfOther);
  }

  #longestAfterOther(): number {
    const { shape } = this;
    const longest = Math.max(...shape.regions().map(({ formula }) => shape.types.of(formula).minBytes()));
    return this.#separator + longest + closingBytes(shape, this.#afterOtherKey(), 1);
  }
}
