import type { Divisor } from "../number/number-language.ts";
import type { IntervalSet } from "../number/interval-set.ts";
import type { RegexNode } from "../regex/node.ts";

/** The kinds of JSON values, as bits. `INTEGER` and `FRACTION` divide the numbers. */
export const Kind = {
  NULL: 1,
  FALSE: 2,
  TRUE: 4,
  INTEGER: 8,
  FRACTION: 16,
  STRING: 32,
  ARRAY: 64,
  OBJECT: 128,
  NUMBER: 24,
  /** All but strings, arrays and objects. */
  SCALAR: 31,
  ANY: 255,
} as const;

/** A set of object keys: a single one, or many. */
export type KeySet = { readonly name: string } | ManyKeys;

export interface ManyKeys {
  readonly name: undefined;
  /** Equal for equal sets, as far as that is easily seen. */
  readonly key: string;
  has(name: string): boolean;
  /** The keys as a language; takes time when it is first asked for. */
  node(): RegexNode;
  /** Set where the keys are all but these. */
  readonly allBut?: readonly string[];
}

/**
 * A condition about JSON values in negation normal form: negation lives in the leaves. A leaf about one kind of value
 * holds for every value of another kind, as JSON Schema's keywords do. Interned: equal formulas are the same object.
 */
export type Formula = { readonly id: number } & FormulaTerm;

export type FormulaTerm =
  | { readonly kind: "true" | "false" }
  | { readonly kind: "and" | "or" | "oneOf"; readonly parts: readonly Formula[] }
  | { readonly kind: "types"; readonly mask: number }
  | { readonly kind: "number"; readonly set: IntervalSet }
  | { readonly kind: "multiple"; readonly divisor: Divisor }
  /** `opposite` is what the negation allows: the complement, or less where `node` is only an approximation from below. */
  | { readonly kind: "text"; readonly node: RegexNode; readonly opposite: RegexNode }
  | ArrayLeaf
  | ObjectLeaf
  /** Another schema, translated when it is first needed; this is where recursion closes. */
  | { readonly kind: "ref"; readonly key: string; readonly negated: boolean; readonly resolve: () => Formula };

export type ArrayLeaf =
  /** If there is an item at `index`, it satisfies `formula`. */
  | { readonly kind: "item"; readonly index: number; readonly formula: Formula }
  /** Every item from `from` on does. */
  | { readonly kind: "items"; readonly from: number; readonly formula: Formula }
  /** From `from` on, at least `min` and at most `max` items do. */
  | {
      readonly kind: "contains";
      readonly from: number;
      readonly min: number;
      readonly max: number;
      readonly formula: Formula;
    }
  | { readonly kind: "length"; readonly min: number; readonly max: number }
  | { readonly kind: "unique" }
  /** Two items are equal. */
  | { readonly kind: "repeated" };

export type ObjectLeaf =
  /** Every property with a key of `keys` satisfies `formula`. */
  | { readonly kind: "property"; readonly keys: KeySet; readonly formula: Formula }
  /** There is a property with a key of `keys` that does. */
  | { readonly kind: "someProperty"; readonly keys: KeySet; readonly formula: Formula }
  | { readonly kind: "size"; readonly min: number; readonly max: number };

/** References that are followed for a quick answer. */
const MAX_REFERENCES = 2;

/** The kinds that the types alone leave possible: a quick answer to most questions about a kind. */
export function possibleKinds(formula: Formula, depth = 0): number {
  switch (formula.kind) {
    case "false":
      return 0;
    case "types":
      return formula.mask;
    case "and":
      return formula.parts.reduce((kinds, part) => kinds & possibleKinds(part, depth), Kind.ANY as number);
    case "or":
      return formula.parts.reduce((kinds, part) => kinds | possibleKinds(part, depth), 0);
    case "ref":
      return depth === MAX_REFERENCES || formula.negated ? Kind.ANY : possibleKinds(formula.resolve(), depth + 1);
    default:
      return Kind.ANY;
  }
}
