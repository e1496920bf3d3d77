import { GrammarError } from "../grammar-error.ts";
import type { RegexNode } from "../regex/node.ts";
import type { Formula, ManyKeys, ObjectLeaf } from "./formula.ts";
import { type KeyTree, keyTree, quotedBytes } from "./key-tree.ts";
import type { Conjunction } from "./leaves.ts";
import { ObjectProgress, type Progress } from "./object-progress.ts";
import { SeenKeys } from "./seen-keys.ts";
import type { SchemaType } from "./schema-type.ts";
import type { KeyOrder, SchemaTypes } from "./schema-types.ts";

/** A key that the schema names. */
export interface Slot {
  readonly name: string;
  readonly formula: Formula;
  readonly isRequired: boolean;
  /** Of the key with its quotes. */
  readonly keyBytes: number;
}

/** Keys without a slot whose values must all satisfy the same formula. */
export interface KeyRegion {
  readonly keys: ManyKeys;
  readonly formula: Formula;
}

/** "Some property with one of these keys satisfies `formula`", not tied to a single key. */
export interface Obligation {
  readonly slots: bigint;
  readonly keys: ManyKeys;
  readonly formula: Formula;
}

/** What values must satisfy whose keys are not named one by one. */
interface GeneralRule {
  readonly keys: ManyKeys;
  readonly formula: Formula;
}

type Property = ObjectLeaf & { kind: "property" | "someProperty" };
const MAX_OBLIGATIONS = 6;
const MAX_REGIONS = 200;

/**
 * One conjunction of leaves about objects, sorted by key: named keys get slots, all others fall into regions, one per
 * combination of the key languages that mention them.
 */
export class ObjectShape {
  readonly id: number;
  readonly types: SchemaTypes;
  readonly slots: readonly Slot[];
  /** The slots that must be filled, as bits. */
  readonly required: bigint;
  readonly obligations: readonly Obligation[];
  readonly min: number;
  readonly max: number;
  /** The rules about keys that are not named one by one. */
  readonly #general: readonly GeneralRule[];
  readonly #nothingSeen = new SeenKeys([], () => this.tree());
  readonly #names: ReadonlySet<string>;
  #tree: KeyTree | undefined;
  #regions: readonly KeyRegion[] | undefined;
  #others: RegexNode | undefined;

  constructor(leaves: Conjunction, types: SchemaTypes) {
    this.id = types.nextId();
    this.types = types;
    const properties = leaves.filter((leaf) => leaf.kind === "property" || leaf.kind === "someProperty");
    const sizes = leaves.filter((leaf) => leaf.kind === "size");
    this.min = Math.max(0, ...sizes.map((size) => size.min));
    this.max = Math.min(Infinity, ...sizes.map((size) => size.max));
    this.#general = generalRules(properties, "property");
    this.slots = this.#makeSlots(properties);
    this.#names = new Set(this.slots.map(({ name }) => name));
    this.required = mask(this.slots, (slot) => slot.isRequired);
    this.obligations = generalRules(properties, "someProperty").map(({ keys, formula }) => ({
      keys,
      formula,
      slots: mask(this.slots, ({ name }) => keys.has(name)),
    }));
    if (this.obligations.length > MAX_OBLIGATIONS) {
      throw new GrammarError({
        code: "too_large",
        reason: `more than ${MAX_OBLIGATIONS} conditions on unnamed properties`,
      });
    }
  }

  get keyOrder(): KeyOrder {
    return this.types.keyOrder;
  }

  /** Whether more than the required properties decides when the object may end. */
  get isBounded(): boolean {
    return this.max !== Infinity || this.min > 0 || this.obligations.length > 0;
  }

  /** The object before its first property. */
  start(): ObjectProgress {
    const open = (1n << BigInt(this.slots.length)) - 1n;
    const pending = (1 << this.obligations.length) - 1;
    return this.state({ open, count: 0, pending, seen: this.#nothingSeen, isUnsure: false });
  }

  state(at: Progress): ObjectProgress {
    // A count beyond what the bounds compare it with makes no difference.
    const count = this.max === Infinity ? Math.min(at.count, this.min) : at.count;
    const key = `${this.id}:${at.open.toString(36)},${count},${at.pending},${at.seen.key}${at.isUnsure ? "?" : ""}`;
    return this.types.objects.get(key, () => new ObjectProgress(this.types.nextId(), this, { ...at, count }));
  }

  slotType(slot: number, also?: Formula): SchemaType {
    const { formula } = this.slots[slot]!;
    return this.types.of(also === undefined ? formula : this.types.formulas.and([formula, also]));
  }

  tree(): KeyTree {
    return (this.#tree ??= keyTree(this.slots.map(({ name }) => name)));
  }

  /** The keys without a slot for which some value exists, by what their values must satisfy. */
  regions(): readonly KeyRegion[] {
    if (this.#regions !== undefined) return this.#regions;
    const { emptiness } = this.types;
    const before = emptiness.now();
    const regions = this.#makeRegions();
    if (emptiness.isFinalSince(before)) this.#regions = regions;
    return regions;
  }

  /** The union of the regions. */
  others(): RegexNode {
    return (this.#others ??= this.types.formulas.regex.or(this.regions().map(({ keys }) => keys.node())));
  }

  /** Whether all keys without a slot are alike: no pattern divides them. */
  get hasOneRegion(): boolean {
    return this.#general.every(({ keys }) => keys.allBut?.every((name) => this.#names.has(name)) === true);
  }

  #makeSlots(properties: readonly Property[]): Slot[] {
    const byName = new Map<string, { formulas: Formula[]; isRequired: boolean }>();
    for (const { kind, keys, formula } of properties) {
      if (keys.name === undefined) continue;
      const slot = byName.get(keys.name) ?? { formulas: [], isRequired: false };
      slot.formulas.push(formula);
      slot.isRequired ||= kind === "someProperty";
      byName.set(keys.name, slot);
    }
    return [...byName].map(([name, { formulas, isRequired }]) => {
      const rules = this.#general.filter(({ keys }) => keys.has(name)).map(({ formula }) => formula);
      const formula = this.types.formulas.and([...formulas, ...rules]);
      return { name, formula, isRequired, keyBytes: quotedBytes(name) };
    });
  }

  #makeRegions(): KeyRegion[] {
    const { formulas } = this.types;
    const keys = formulas.keysBut([...this.#names]);
    const regions = this.hasOneRegion
      ? [{ keys, formula: formulas.and(this.#general.map(({ formula }) => formula)) }]
      : this.#divided(keys);
    return regions.filter(({ formula }) => this.types.of(formula).isInhabited());
  }

  /** One region per combination of the key languages that rules are about. */
  #divided(all: ManyKeys): KeyRegion[] {
    const { formulas } = this.types;
    const { regex } = formulas;
    let regions = [{ node: all.node(), formula: formulas.always }];
    for (const { keys, formula } of this.#general) {
      const node = keys.node();
      regions = regions.flatMap((region) => [
        { node: regex.and([region.node, node]), formula: formulas.and([region.formula, formula]) },
        { node: regex.and([region.node, regex.not(node)]), formula: region.formula },
      ]);
      regions = regions.filter((region) => region.formula !== formulas.never && !regex.isEmpty(region.node));
      if (regions.length > MAX_REGIONS) {
        throw new GrammarError({
          code: "too_large",
          keyword: "patternProperties",
          reason: "too many overlapping patterns",
        });
      }
    }
    return regions.map(({ node, formula }) => ({ keys: formulas.keysOf(node), formula }));
  }
}

function generalRules(properties: readonly Property[], kind: Property["kind"]): GeneralRule[] {
  return properties.flatMap(({ kind: other, keys, formula }) =>
    other === kind && keys.name === undefined ? [{ keys, formula }] : [],
  );
}

function mask(slots: readonly Slot[], test: (slot: Slot) => boolean): bigint {
  return slots.reduce((bits, slot, i) => (test(slot) ? bits | (1n << BigInt(i)) : bits), 0n);
}
