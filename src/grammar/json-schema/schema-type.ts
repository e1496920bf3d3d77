import type { ValueType } from "../json/value-type.ts";
import type { ArrayProgress } from "./array-shape.ts";
import type { ObjectProgress } from "./object-progress.ts";
import type { Lexeme } from "../lexeme/lexeme.ts";
import type { RegexNode } from "../regex/node.ts";
import { type Formula, Kind, possibleKinds } from "./formula.ts";
import { plainValues } from "./plain-values.ts";
import type { SchemaTypes } from "./schema-types.ts";

/** The values that satisfy a formula, expanded piece by piece when the machine asks. */
export class SchemaType implements ValueType {
  readonly id: number;
  readonly formula: Formula;
  readonly #types: SchemaTypes;
  readonly #kinds: number;
  #scalars: readonly Lexeme[] | undefined;
  #arrays: readonly ArrayProgress[] | undefined;
  #objects: readonly ObjectProgress[] | undefined;
  #minBytes: number | undefined;
  #isPlain: boolean | undefined;
  #isBusy = false;

  constructor(id: number, formula: Formula, types: SchemaTypes) {
    this.id = id;
    this.formula = formula;
    this.#types = types;
    this.#kinds = possibleKinds(formula);
  }

  scalars(): readonly Lexeme[] {
    return (this.#scalars ??= this.#kinds & Kind.SCALAR ? this.#types.scalarLexemes(this.formula) : []);
  }

  strings(): RegexNode | undefined {
    if ((this.#kinds & Kind.STRING) === 0) return undefined;
    const text = this.#types.scalars.text(this.formula);
    return this.#types.formulas.regex.isEmpty(text) ? undefined : text;
  }

  arrays(): readonly ArrayProgress[] {
    return this.#arrayCandidates().filter((state) => state.bytesToClose(true) !== Infinity);
  }

  objects(): readonly ObjectProgress[] {
    return this.#objectCandidates().filter((state) => state.bytesToClose(true) !== Infinity);
  }

  /**
   * The least fixpoint of "a value is as long as its parts": a type that is asked for inside its own answer counts as
   * empty there, since a shortest value never contains another one of the same type in its place. An answer of "empty"
   * that leant on such an assumption is not remembered, except at the root of the question.
   */
  minBytes(): number {
    if (this.#minBytes !== undefined) return this.#minBytes;
    const { emptiness } = this.#types;
    if (this.#isBusy) {
      emptiness.assume();
      return Infinity;
    }
    const before = emptiness.now();
    this.#isBusy = true;
    emptiness.depth++;
    let least: number;
    try {
      least = this.#shortest();
    } finally {
      emptiness.depth--;
      this.#isBusy = false;
    }
    if (least !== Infinity || emptiness.isFinalSince(before)) this.#minBytes = least;
    if (least !== Infinity) this.#types.largestValue = Math.max(this.#types.largestValue, least);
    return least;
  }

  /** Whether there is any value at all, mostly without measuring one. */
  isInhabited(): boolean {
    if (this.#minBytes !== undefined) return this.#minBytes !== Infinity;
    return (this.#isPlain ??= plainValues(this.formula) !== 0) || this.minBytes() !== Infinity;
  }

  /** Whether some value of the kind exists; true when the question is asked inside its own answer. */
  mayHave(kind: typeof Kind.ARRAY | typeof Kind.OBJECT): boolean {
    const { emptiness } = this.#types;
    const before = emptiness.now();
    const states = kind === Kind.ARRAY ? this.#arrayCandidates() : this.#objectCandidates();
    const found = states.some((state) => state.bytesToClose(true) !== Infinity);
    return found || !emptiness.isUnassumedSince(before);
  }

  #shortest(): number {
    this.#types.formulas.regex.meter.spend(1);
    let least = Math.min(...this.scalars().map((lexeme) => lexeme.bytesToAccept()));
    const text = this.strings();
    if (text !== undefined) least = Math.min(least, 2 + text.bytesToAccept());
    // Nothing is shorter than a digit or `[]`; looking inside containers costs most, so it comes last and only if it can win.
    if (least <= 2) return least;
    for (const state of this.#arrayCandidates()) least = Math.min(least, 1 + state.bytesToClose(true));
    for (const state of this.#objectCandidates()) least = Math.min(least, 1 + state.bytesToClose(true));
    return least;
  }

  #arrayCandidates(): readonly ArrayProgress[] {
    return (this.#arrays ??= this.#kinds & Kind.ARRAY ? this.#types.arrayStates(this.formula) : []);
  }

  #objectCandidates(): readonly ObjectProgress[] {
    return (this.#objects ??= this.#kinds & Kind.OBJECT ? this.#types.objectStates(this.formula) : []);
  }
}
