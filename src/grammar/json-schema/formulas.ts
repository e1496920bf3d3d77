import { complementSet, exactly, type IntervalSet, keyOfSet, uniteSets } from "../number/interval-set.ts";
import { decimalOf } from "../number/decimal.ts";
import { type Divisor, keyOfDivisor } from "../number/number-language.ts";
import { PartsIndex } from "../parts-index.ts";
import type { RegexArena } from "../regex/arena.ts";
import { matches } from "../regex/member.ts";
import type { RegexNode } from "../regex/node.ts";
import { type ArrayLeaf, type Formula, type FormulaTerm, Kind, type ManyKeys, type ObjectLeaf } from "./formula.ts";

/** Builds and owns the formulas of one grammar. */
export class Formulas {
  readonly regex: RegexArena;
  readonly always: Formula;
  readonly never: Formula;
  readonly #known = new Map<string, Formula>();
  readonly #combined = new PartsIndex<Formula, Formula>();
  readonly #negations = new WeakMap<Formula, Formula>();
  readonly #nextId: () => number;

  constructor(regex: RegexArena, nextId: () => number) {
    this.regex = regex;
    this.#nextId = nextId;
    this.always = this.#intern("true", { kind: "true" });
    this.never = this.#intern("false", { kind: "false" });
  }

  /** Forgets which formulas there are; equal ones made later are other objects. */
  forget(): void {
    this.#known.clear();
    this.#combined.clear();
  }

  and(parts: readonly Formula[]): Formula {
    const flat = new Set<Formula>();
    let mask: number = Kind.ANY;
    for (const part of parts) {
      if (part.kind === "false") return part;
      for (const one of part.kind === "and" ? part.parts : [part]) {
        if (one.kind === "types") mask &= one.mask;
        else if (one.kind !== "true") flat.add(one);
      }
    }
    if (mask === 0) return this.never;
    const kept = mask === Kind.ANY ? [...flat] : [this.types(mask), ...flat];
    return kept.length <= 1 ? (kept[0] ?? this.always) : this.#combine("and", kept);
  }

  or(parts: readonly Formula[]): Formula {
    const flat = new Set<Formula>();
    let mask = 0;
    for (const part of parts) {
      if (part.kind === "true") return part;
      for (const one of part.kind === "or" ? part.parts : [part]) {
        if (one.kind === "types") mask |= one.mask;
        else if (one.kind !== "false") flat.add(one);
      }
    }
    if (mask === Kind.ANY) return this.always;
    const kept = mask === 0 ? [...flat] : [this.types(mask), ...flat];
    return kept.length <= 1 ? (kept[0] ?? this.never) : this.#combine("or", kept);
  }

  /** Exactly one part holds. */
  oneOf(parts: readonly Formula[]): Formula {
    const possible = parts.filter((part) => part.kind !== "false");
    return possible.length <= 1 ? (possible[0] ?? this.never) : this.#combine("oneOf", possible);
  }

  /** The i-th part of a oneOf holds and none of `others` does. */
  only(part: Formula, others: readonly Formula[]): Formula {
    return this.and([part, ...others.map((other) => this.not(other))]);
  }

  types(mask: number): Formula {
    if (mask === Kind.ANY) return this.always;
    return mask === 0 ? this.never : this.#intern(`t${mask}`, { kind: "types", mask });
  }

  number(set: IntervalSet): Formula {
    return this.#intern(`n${keyOfSet(set)}`, { kind: "number", set });
  }

  multiple(divisor: Divisor): Formula {
    return this.#intern(`m${keyOfDivisor(divisor)}`, { kind: "multiple", divisor });
  }

  text(node: RegexNode, opposite: RegexNode = this.regex.not(node)): Formula {
    return node === this.regex.anyText
      ? this.always
      : this.#intern(`s${node.id},${opposite.id}`, { kind: "text", node, opposite });
  }

  array(leaf: ArrayLeaf): Formula {
    if ("formula" in leaf && leaf.kind !== "contains" && leaf.formula === this.always) return this.always;
    if (leaf.kind === "length" && leaf.max < leaf.min) return this.#never(Kind.ARRAY);
    const inner = "formula" in leaf ? leaf.formula.id : "";
    return this.#intern(`a${Object.values({ ...leaf, formula: inner }).join()}`, leaf);
  }

  object(leaf: ObjectLeaf): Formula {
    // A named key keeps its place in the order of keys even when nothing is asked of its value.
    if (leaf.kind === "property" && leaf.formula === this.always && leaf.keys.name === undefined) return this.always;
    if (leaf.kind === "size") {
      if (leaf.max < leaf.min) return this.#never(Kind.OBJECT);
      return this.#intern(`z${leaf.min},${leaf.max}`, leaf);
    }
    const isEmpty = leaf.keys.name === undefined && !leaf.keys.allBut && leaf.keys.node() === this.regex.empty;
    if (isEmpty) return leaf.kind === "property" ? this.always : this.#never(Kind.OBJECT);
    const keys = leaf.keys.name === undefined ? leaf.keys.key : `"${leaf.keys.name}`;
    return this.#intern(`${leaf.kind}${leaf.formula.id},${keys}`, leaf);
  }

  ref(key: string, resolve: () => Formula, negated = false): Formula {
    return this.#intern(`${negated ? "!" : "$"}${key}`, { kind: "ref", key, negated, resolve });
  }

  /** The keys of a language. */
  keysOf(node: RegexNode): ManyKeys {
    return { name: undefined, key: `${node.id}`, has: (name) => matches(node, name), node: () => node };
  }

  /** All keys but these. */
  keysBut(names: readonly string[]): ManyKeys {
    const { regex } = this;
    const set = new Set(names);
    let node: RegexNode | undefined;
    return {
      name: undefined,
      key: JSON.stringify(names),
      has: (name) => !set.has(name),
      node: () => (node ??= regex.not(regex.words(names))),
      allBut: names,
    };
  }

  /** The values equal to one of `values`. */
  enumeration(values: readonly unknown[]): Formula {
    const words: string[] = [];
    const parts: Formula[] = [];
    let points: IntervalSet = [];
    for (const value of values) {
      if (typeof value === "string") words.push(value);
      else if (typeof value === "number") points = uniteSets(points, exactly(decimalOf(value)));
      else parts.push(this.#constant(value));
    }
    if (words.length > 0) parts.push(this.and([this.types(Kind.STRING), this.text(this.regex.words(words))]));
    if (points.length > 0) parts.push(this.and([this.types(Kind.NUMBER), this.number(points)]));
    return this.or(parts);
  }

  not(formula: Formula): Formula {
    const known = this.#negations.get(formula);
    if (known !== undefined) return known;
    const negation = this.#negate(formula);
    this.#negations.set(formula, negation);
    return negation;
  }

  #constant(value: unknown): Formula {
    if (value === null) return this.types(Kind.NULL);
    if (typeof value === "boolean") return this.types(value ? Kind.TRUE : Kind.FALSE);
    if (Array.isArray(value)) {
      const items = value.map((item, index) => this.array({ kind: "item", index, formula: this.enumeration([item]) }));
      return this.and([
        this.types(Kind.ARRAY),
        this.array({ kind: "length", min: value.length, max: value.length }),
        ...items,
      ]);
    }
    const entries = Object.entries(value as object);
    const properties = entries.flatMap(([name, inner]) => {
      const keys = { name };
      const property = this.object({ kind: "property", keys, formula: this.enumeration([inner]) });
      return [property, this.object({ kind: "someProperty", keys, formula: this.always })];
    });
    const others = this.keysBut(entries.map(([name]) => name));
    const closed = this.object({ kind: "property", keys: others, formula: this.never });
    return this.and([this.types(Kind.OBJECT), ...properties, closed]);
  }

  #negate(formula: Formula): Formula {
    const about = (kind: number, ...parts: Formula[]): Formula => this.and([this.types(kind), ...parts]);
    switch (formula.kind) {
      case "true":
        return this.never;
      case "false":
        return this.always;
      case "and":
        return this.or(formula.parts.map((part) => this.not(part)));
      case "or":
        return this.and(formula.parts.map((part) => this.not(part)));
      case "oneOf": {
        const none = this.and(formula.parts.map((part) => this.not(part)));
        const two = formula.parts.flatMap((one, i) =>
          formula.parts.slice(i + 1).map((other) => this.and([one, other])),
        );
        return this.or([none, ...two]);
      }
      case "types":
        return this.types(~formula.mask & Kind.ANY);
      case "number":
        return about(Kind.NUMBER, this.number(complementSet(formula.set)));
      case "multiple":
        return about(Kind.NUMBER, this.multiple({ of: formula.divisor.of, negated: !formula.divisor.negated }));
      case "text":
        return about(Kind.STRING, this.text(formula.opposite, formula.node));
      case "item": {
        const { index } = formula;
        const wrong = this.array({ kind: "item", index, formula: this.not(formula.formula) });
        return about(Kind.ARRAY, this.array({ kind: "length", min: index + 1, max: Infinity }), wrong);
      }
      case "items":
        return about(
          Kind.ARRAY,
          this.array({ ...formula, kind: "contains", min: 1, max: Infinity, formula: this.not(formula.formula) }),
        );
      case "contains":
      case "length":
        return about(Kind.ARRAY, this.or(outside(formula).map((bounds) => this.array({ ...formula, ...bounds }))));
      case "unique":
        return about(Kind.ARRAY, this.array({ kind: "repeated" }));
      case "repeated":
        return about(Kind.ARRAY, this.array({ kind: "unique" }));
      case "property":
        return about(
          Kind.OBJECT,
          this.object({ kind: "someProperty", keys: formula.keys, formula: this.not(formula.formula) }),
        );
      case "someProperty":
        return about(
          Kind.OBJECT,
          this.object({ kind: "property", keys: formula.keys, formula: this.not(formula.formula) }),
        );
      case "size":
        return about(Kind.OBJECT, this.or(outside(formula).map((bounds) => this.object({ ...formula, ...bounds }))));
      case "ref":
        return this.ref(formula.key, formula.resolve, !formula.negated);
    }
  }

  #never(kind: number): Formula {
    return this.types(~kind & Kind.ANY);
  }

  #combine(kind: "and" | "or" | "oneOf", parts: readonly Formula[]): Formula {
    return this.#combined.get(kind, parts, () => this.#make({ kind, parts }));
  }

  #intern(key: string, term: FormulaTerm): Formula {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const formula = this.#make(term);
    this.#known.set(key, formula);
    return formula;
  }

  #make(term: FormulaTerm): Formula {
    this.regex.meter.spend(1);
    return Object.assign(term, { id: this.#nextId() });
  }
}

/** The bounds that a number outside [min, max] lies in. */
function outside(bounds: { min: number; max: number }): { min: number; max: number }[] {
  const out = bounds.min > 0 ? [{ min: 0, max: bounds.min - 1 }] : [];
  return bounds.max === Infinity ? out : [...out, { min: bounds.max + 1, max: Infinity }];
}
