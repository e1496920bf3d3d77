import { GrammarError } from "../grammar-error.ts";
import type { ArrayState } from "../json/value-type.ts";
import type { ArrayLeaf, Formula } from "./formula.ts";
import type { Conjunction } from "./leaves.ts";
import type { SchemaType } from "./schema-type.ts";
import type { SchemaTypes } from "./schema-types.ts";
import { hasAtLeast } from "./value-count.ts";

/** An item that may come next, and the array after it. */
interface Item {
  readonly type: SchemaType;
  readonly next: ArrayProgress;
}

type Contains = ArrayLeaf & { kind: "contains" };

/** What counts of an array's items so far. */
interface Progress {
  /** Items so far, up to where all further items are alike. */
  readonly index: number;
  /** Items still needed, and still allowed. */
  readonly need: number;
  readonly room: number;
  /** Per `contains`: matching items still needed, and still allowed. */
  readonly wanted: readonly number[];
  readonly allowed: readonly number[];
  /** With unique items: what the next one must satisfy so as not to repeat the completed ones. */
  readonly fresh: Formula;
  /** With unique items: the last one is complete but not in `fresh` yet. */
  readonly isOwed: boolean;
}

const MAX_CONTAINS = 4;

/** One conjunction of leaves about arrays. */
export class ArrayShape {
  readonly id: number;
  readonly types: SchemaTypes;
  readonly isUnique: boolean;
  readonly contains: readonly Contains[];
  readonly #leaves: Conjunction;
  readonly #alikeFrom: number;
  readonly #items = new Map<number, Formula>();

  constructor(leaves: Conjunction, types: SchemaTypes) {
    this.id = types.nextId();
    this.types = types;
    this.#leaves = leaves;
    this.isUnique = leaves.some((leaf) => leaf.kind === "unique");
    this.contains = leaves.filter((leaf) => leaf.kind === "contains");
    if (this.contains.length > MAX_CONTAINS) {
      throw new GrammarError({ code: "too_large", keyword: "contains", reason: "too many conditions on some items" });
    }
    const places = leaves.map((leaf) => {
      if (leaf.kind === "item") return leaf.index + 1;
      return leaf.kind === "items" || leaf.kind === "contains" ? leaf.from : 0;
    });
    this.#alikeFrom = Math.max(0, ...places);
  }

  /** The array before its first item. */
  start(): ArrayProgress {
    const lengths = this.#leaves.filter((leaf) => leaf.kind === "length");
    const need = Math.max(0, ...lengths.map((length) => length.min));
    const room = Math.min(Infinity, ...lengths.map((length) => length.max));
    // Two equal items are not something a left-to-right reader can be made to promise; such arrays are left out.
    const isRefused = this.#leaves.some((leaf) => leaf.kind === "repeated");
    const isHopeless = this.isUnique && !this.#canBeDistinct(need);
    return this.state({
      index: 0,
      need: isRefused || isHopeless ? Infinity : need,
      room,
      wanted: this.contains.map(({ min }) => min),
      allowed: this.contains.map(({ max }) => max),
      fresh: this.types.formulas.always,
      isOwed: false,
    });
  }

  state(at: Progress): ArrayProgress {
    const index = Math.min(at.index, this.#alikeFrom);
    const key = `${this.id}:${index},${at.need},${at.room};${at.wanted.join()};${at.allowed.join()};${at.fresh.id}${at.isOwed}`;
    return this.types.arrays.get(key, () => new ArrayProgress(this.types.nextId(), this, { ...at, index }));
  }

  /** What the item at `index` must satisfy. */
  itemFormula(index: number): Formula {
    const place = Math.min(index, this.#alikeFrom);
    const known = this.#items.get(place);
    if (known !== undefined) return known;
    const parts = this.#leaves.flatMap((leaf) => {
      if (leaf.kind === "item") return leaf.index === place ? [leaf.formula] : [];
      return leaf.kind === "items" && leaf.from <= place ? [leaf.formula] : [];
    });
    const formula = this.types.formulas.and(parts);
    this.#items.set(place, formula);
    return formula;
  }

  /** Bytes of `count` items from `index` on, each with a comma. */
  itemBytes(index: number, count: number): number {
    let bytes = 0;
    let left = count;
    for (let place = index; left > 0 && place < this.#alikeFrom; place++, left--) bytes += this.#itemBytes(place);
    return left === 0 ? bytes : bytes + left * this.#itemBytes(this.#alikeFrom);
  }

  /** Whether as many distinct items as needed exist, whichever are chosen first. */
  #canBeDistinct(need: number): boolean {
    for (let index = 0; index < Math.min(need, this.#alikeFrom + 1); index++) {
      if (!hasAtLeast(this.types.of(this.itemFormula(index)), need, this.types)) return false;
    }
    return true;
  }

  #itemBytes(index: number): number {
    const { separatorBytes } = this.types;
    return this.types.of(this.itemFormula(index)).minBytes() + separatorBytes + (this.isUnique ? 2 : 0);
  }
}

/** An array of a shape, between two items. */
export class ArrayProgress implements ArrayState {
  readonly id: number;
  readonly #shape: ArrayShape;
  readonly #at: Progress;
  #items: readonly Item[] | undefined;
  #closing: number | undefined;
  #isBusy = false;

  constructor(id: number, shape: ArrayShape, at: Progress) {
    this.id = id;
    this.#shape = shape;
    this.#at = at;
  }

  get closable(): boolean {
    return this.#at.need === 0 && this.#at.wanted.every((count) => count === 0);
  }

  get needsValue(): boolean {
    return this.#at.isOwed;
  }

  withValue(value: unknown): ArrayProgress {
    const { formulas } = this.#shape.types;
    const fresh = formulas.and([this.#at.fresh, formulas.not(formulas.enumeration([value]))]);
    return this.#shape.state({ ...this.#at, fresh, isOwed: false });
  }

  items(): readonly Item[] {
    return (this.#items ??= this.#candidates().filter(
      ({ type, next }) => type.minBytes() !== Infinity && next.bytesToClose(false) !== Infinity,
    ));
  }

  bytesToClose(isFirst: boolean): number {
    const closing = this.#closing ?? this.#bytesToClose();
    return isFirst && !this.closable ? closing - this.#shape.types.separatorBytes : closing;
  }

  clip(length: number): ArrayProgress {
    const need = Math.min(this.#at.need, length + 1);
    const room = this.#at.room > length ? Infinity : this.#at.room;
    return need === this.#at.need && room === this.#at.room ? this : this.#shape.state({ ...this.#at, need, room });
  }

  #bytesToClose(): number {
    const { emptiness } = this.#shape.types;
    const before = emptiness.now();
    const closing = this.#shape.contains.length === 0 ? this.#bytesOfNeeded() : this.#cheapest();
    if (closing !== Infinity || emptiness.isFinalSince(before)) this.#closing = closing;
    return closing;
  }

  #bytesOfNeeded(): number {
    const { index, need, room } = this.#at;
    return need > room || need === Infinity ? Infinity : 1 + this.#shape.itemBytes(index, need);
  }

  /** With `contains`, by trying the alternatives; a state met inside its own answer is no shorter way. */
  #cheapest(): number {
    if (this.closable) return 1;
    const { separatorBytes, formulas, emptiness } = this.#shape.types;
    if (this.#isBusy) {
      emptiness.assume();
      return Infinity;
    }
    this.#isBusy = true;
    emptiness.depth++;
    formulas.regex.meter.spend(1);
    let least = Infinity;
    for (const { type, next } of this.#candidates()) {
      const bytes = type.minBytes();
      if (bytes < least) least = Math.min(least, bytes + separatorBytes + next.bytesToClose(false));
    }
    emptiness.depth--;
    this.#isBusy = false;
    return least;
  }

  /** One alternative per set of `contains` that the next item is counted for. */
  #candidates(): Item[] {
    const { index, need, room, wanted, allowed, fresh } = this.#at;
    const { types, contains, isUnique } = this.#shape;
    if (room === 0) return [];
    const item = this.#shape.itemFormula(index);
    const entries: Item[] = [];
    for (let counted = 0; counted < 1 << contains.length; counted++) {
      const isCounted = (i: number): boolean => ((counted >> i) & 1) === 1;
      const isPossible = contains.every(({ from }, i) => !isCounted(i) || (index >= from && allowed[i]! > 0));
      // Counting an item that nothing asks for helps nobody.
      const isUseful = contains.every((_, i) => !isCounted(i) || wanted[i]! > 0 || allowed[i] !== Infinity);
      if (!isPossible || !isUseful) continue;
      const demands = contains.map(({ from, formula }, i) => {
        if (isCounted(i)) return formula;
        return allowed[i] === Infinity || index < from ? types.formulas.always : types.formulas.not(formula);
      });
      const type = types.of(types.formulas.and([item, ...demands, fresh]));
      const next = this.#shape.state({
        ...this.#at,
        index: index + 1,
        need: Math.max(0, need - 1),
        room: room - 1,
        wanted: wanted.map((count, i) => (isCounted(i) ? Math.max(0, count - 1) : count)),
        allowed: allowed.map((count, i) => (isCounted(i) ? count - 1 : count)),
        isOwed: isUnique,
      });
      entries.push({ type, next });
    }
    return entries;
  }
}
