import { Interner, type Lexeme } from "../lexeme/lexeme.ts";
import type { Literals } from "../lexeme/literal.ts";
import type { JsonNumbers } from "../number/number-lexeme.ts";
import { type ArrayProgress, ArrayShape } from "./array-shape.ts";
import { Emptiness } from "./emptiness.ts";
import { type Formula, Kind } from "./formula.ts";
import type { Formulas } from "./formulas.ts";
import { LeafSearch } from "./leaves.ts";
import type { ObjectProgress } from "./object-progress.ts";
import { ObjectShape } from "./object-shape.ts";
import { OtherKeys } from "./other-keys.ts";
import { Scalars } from "./scalars.ts";
import { SchemaType } from "./schema-type.ts";

/** In which order an object's declared keys may come. */
export type KeyOrder = "declared" | "any";

/** The types of one grammar, one per formula. */
export class SchemaTypes {
  readonly formulas: Formulas;
  readonly scalars: Scalars;
  readonly otherKeys: OtherKeys;
  readonly keyOrder: KeyOrder;
  /** Bytes of a colon or a comma with the space that belongs to it. */
  readonly separatorBytes: number;
  readonly emptiness = new Emptiness();
  /** Bytes of the longest among the shortest values of all types so far. */
  largestValue = 0;
  readonly nextId: () => number;
  /** The states of containers that were met, by shape and progress. */
  readonly objects = new Interner<ObjectProgress>();
  readonly arrays = new Interner<ArrayProgress>();
  readonly #leaves: LeafSearch;
  readonly #types = new Map<Formula, SchemaType>();
  readonly #numbers: JsonNumbers;
  readonly #literals: Literals;

  constructor(parts: {
    formulas: Formulas;
    numbers: JsonNumbers;
    literals: Literals;
    keyOrder: KeyOrder;
    separatorBytes: number;
    nextId: () => number;
  }) {
    this.formulas = parts.formulas;
    this.keyOrder = parts.keyOrder;
    this.separatorBytes = parts.separatorBytes;
    this.nextId = parts.nextId;
    this.#numbers = parts.numbers;
    this.#literals = parts.literals;
    this.scalars = new Scalars(parts.formulas);
    this.otherKeys = new OtherKeys(parts.formulas.regex.anyText, parts.nextId);
    this.#leaves = new LeafSearch(parts.formulas, (a, b, kind) =>
      this.of(this.formulas.and([a, b])).mayHave(kind === Kind.ARRAY ? Kind.ARRAY : Kind.OBJECT),
    );
  }

  /** Forgets states, types and formulas: those that are met again are made again. */
  forget(): void {
    this.objects.clear();
    this.arrays.clear();
    this.otherKeys.forget();
    this.#types.clear();
    this.#numbers.forget();
    this.scalars.forget();
    this.formulas.forget();
    this.formulas.regex.forget();
  }

  of(formula: Formula): SchemaType {
    const known = this.#types.get(formula);
    if (known !== undefined) return known;
    const type = new SchemaType(this.nextId(), formula, this);
    this.#types.set(formula, type);
    return type;
  }

  scalarLexemes(formula: Formula): Lexeme[] {
    const mask = this.scalars.literals(formula);
    const words = [];
    if (mask & Kind.NULL) words.push("null");
    if (mask & Kind.FALSE) words.push("false");
    if (mask & Kind.TRUE) words.push("true");
    const languages: Lexeme[] = [];
    for (const choice of this.scalars.numbers(formula)) {
      if ("texts" in choice) words.push(...choice.texts);
      else {
        const start = this.#numbers.start(choice.term);
        if (start !== undefined) languages.push(start);
      }
    }
    return words.length === 0 ? languages : [this.#literals.oneOf(words), ...languages];
  }

  arrayStates(formula: Formula): ArrayProgress[] {
    return this.#leaves.conjunctions(formula, Kind.ARRAY).map((leaves) => new ArrayShape(leaves, this).start());
  }

  objectStates(formula: Formula): ObjectProgress[] {
    return this.#leaves.conjunctions(formula, Kind.OBJECT).map((leaves) => new ObjectShape(leaves, this).start());
  }
}
