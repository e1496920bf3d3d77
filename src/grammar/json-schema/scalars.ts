import { GrammarError } from "../grammar-error.ts";
import { compareDecimals, type Decimal, decimalText, ONE } from "../number/decimal.ts";
import { ALL_NUMBERS, intersectSets, type IntervalSet, pointsOf, uniteSets } from "../number/interval-set.ts";
import {
  type Divisor,
  firstMultiples,
  isMultiple,
  keyOfDivisor,
  leastCommonMultiple,
  type NumberTerm,
} from "../number/number-language.ts";
import type { RegexNode } from "../regex/node.ts";
import { type Formula, Kind, possibleKinds } from "./formula.ts";
import type { Formulas } from "./formulas.ts";

/** The numbers of a term as texts of their own, or as a language of digits. */
export type NumberChoice = { readonly texts: readonly string[] } | { readonly term: NumberTerm };

interface RawTerm {
  readonly set: IntervalSet;
  readonly mask: number;
  readonly divisors: readonly Divisor[];
}

const MAX_TERMS = 64;
/** Divisors at once of which a common multiple is sought. */
const MAX_COMPARED = 8;
/** Remainders of larger divisors are not tracked digit by digit; some of their first multiples stand for all. */
const MAX_TRACKED_DIVISOR = 100_000n;

/** What a formula says about strings, numbers and the three literals: exact boolean algebra, no case distinctions. */
export class Scalars {
  readonly #formulas: Formulas;
  readonly #texts = new Map<Formula, RegexNode>();
  readonly #active = new Set<Formula>();

  constructor(formulas: Formulas) {
    this.#formulas = formulas;
  }

  forget(): void {
    this.#texts.clear();
  }

  /** The literals among `null`, `false` and `true` that satisfy the formula, as a mask of kinds. */
  literals(formula: Formula): number {
    const all = Kind.NULL | Kind.FALSE | Kind.TRUE;
    switch (formula.kind) {
      case "false":
        return 0;
      case "types":
        return formula.mask & all;
      case "and":
        return formula.parts.reduce((mask, part) => (mask === 0 ? 0 : mask & this.literals(part)), all);
      case "or":
        return formula.parts.reduce((mask, part) => mask | this.literals(part), 0);
      case "oneOf": {
        let [once, twice] = [0, 0];
        for (const mask of formula.parts.map((part) => this.literals(part))) {
          twice |= once & mask;
          once |= mask;
        }
        return once & ~twice;
      }
      case "ref":
        return this.#inside(formula, (target) => this.literals(target));
      default:
        return all;
    }
  }

  /** The decoded texts of the strings that satisfy the formula. */
  text(formula: Formula): RegexNode {
    const known = this.#texts.get(formula);
    if (known !== undefined) return known;
    const text = possibleKinds(formula) & Kind.STRING ? this.#text(formula) : this.#formulas.regex.empty;
    this.#texts.set(formula, text);
    return text;
  }

  numbers(formula: Formula): NumberChoice[] {
    return this.#terms(formula).map(({ set, mask, divisors }) => {
      const integral = mask === Kind.INTEGER;
      const conditions = mask === Kind.FRACTION ? [...divisors, { of: ONE, negated: true }] : divisors;
      const large = conditions.find(({ of, negated }) => !negated && of.digits > MAX_TRACKED_DIVISOR);
      const points = pointsOf(set) ?? (large === undefined ? undefined : firstMultiples(large.of, set));
      if (points === undefined) return { term: { set, integral, divisors: withoutUnits(conditions, integral) } };
      const fits = (value: Decimal): boolean =>
        (!integral || value.scale === 0) && conditions.every(({ of, negated }) => isMultiple(value, of) !== negated);
      return { texts: points.filter(fits).map(decimalText) };
    });
  }

  #text(formula: Formula): RegexNode {
    const { regex } = this.#formulas;
    switch (formula.kind) {
      case "false":
        return regex.empty;
      case "types":
        return formula.mask & Kind.STRING ? regex.anyText : regex.empty;
      case "text":
        return formula.node;
      case "and":
        return regex.and(formula.parts.map((part) => this.text(part)));
      case "or":
        return regex.or(formula.parts.map((part) => this.text(part)));
      case "oneOf":
        return regex.or(
          formula.parts.map((part, i) => {
            const others = formula.parts.filter((_, j) => j !== i);
            return regex.and([this.text(part), ...others.map((other) => this.text(this.#formulas.not(other)))]);
          }),
        );
      case "ref":
        return this.#inside(formula, (target) => this.text(target));
      default:
        return regex.anyText;
    }
  }

  #terms(formula: Formula): readonly RawTerm[] {
    switch (formula.kind) {
      case "false":
        return [];
      case "types": {
        const mask = formula.mask & Kind.NUMBER;
        return mask === 0 ? [] : [{ set: ALL_NUMBERS, mask, divisors: [] }];
      }
      case "number":
        return [{ set: formula.set, mask: Kind.NUMBER, divisors: [] }];
      case "multiple":
        return [{ set: ALL_NUMBERS, mask: Kind.NUMBER, divisors: [formula.divisor] }];
      case "and":
        return formula.parts.reduce(
          (terms, part) => (terms.length === 0 ? terms : both(terms, this.#terms(part))),
          EVERY_NUMBER,
        );
      case "or":
        return merged(formula.parts.flatMap((part) => this.#terms(part)));
      case "oneOf":
        return merged(
          formula.parts.flatMap((part, i) =>
            this.#terms(
              this.#formulas.only(
                part,
                formula.parts.filter((_, j) => j !== i),
              ),
            ),
          ),
        );
      case "ref":
        return this.#inside(formula, (target) => this.#terms(target));
      default:
        return EVERY_NUMBER;
    }
  }

  #inside<T>(formula: Formula & { kind: "ref" }, read: (target: Formula) => T): T {
    if (this.#active.has(formula)) {
      throw new GrammarError({
        code: "unsupported",
        keyword: "$ref",
        reason: "refers to itself without descending into a value",
      });
    }
    this.#active.add(formula);
    try {
      const target = formula.resolve();
      return read(formula.negated ? this.#formulas.not(target) : target);
    } finally {
      this.#active.delete(formula);
    }
  }
}

const EVERY_NUMBER: readonly RawTerm[] = [{ set: ALL_NUMBERS, mask: Kind.NUMBER, divisors: [] }];

function both(a: readonly RawTerm[], b: readonly RawTerm[]): readonly RawTerm[] {
  if (a === EVERY_NUMBER) return b;
  if (b === EVERY_NUMBER) return a;
  const terms = a.flatMap((x) =>
    b.map((y) => ({
      set: intersectSets(x.set, y.set),
      mask: x.mask & y.mask,
      divisors: [
        ...x.divisors,
        ...y.divisors.filter((divisor) => !x.divisors.some((other) => sameDivisor(divisor, other))),
      ],
    })),
  );
  return merged(terms);
}

/** Terms that differ only in their intervals are one term; empty ones are none. */
function merged(terms: readonly RawTerm[]): RawTerm[] {
  const byRest = new Map<string, RawTerm>();
  for (const term of terms) {
    if (term.mask === 0 || term.set.length === 0 || isContradictory(term)) continue;
    const key = `${term.mask}:${term.divisors.map(keyOfDivisor).toSorted().join()}`;
    const other = byRest.get(key);
    byRest.set(key, other === undefined ? term : { ...term, set: uniteSets(term.set, other.set) });
  }
  if (byRest.size > MAX_TERMS)
    throw new GrammarError({ code: "too_large", reason: "too many alternatives for numbers" });
  return [...byRest.values()];
}

/** Whether every multiple of all that it has to be is one of something that it must not be. */
function isContradictory({ mask, divisors }: RawTerm): boolean {
  const excluded = divisors.flatMap(({ of, negated }) => (negated ? [of] : []));
  if (mask === Kind.FRACTION) excluded.push(ONE);
  if (excluded.length === 0) return false;
  const wanted = divisors.flatMap(({ of, negated }) => (negated ? [] : [of]));
  if (mask === Kind.INTEGER) wanted.push(ONE);
  if (wanted.length === 0 || wanted.length > MAX_COMPARED) return false;
  const least = wanted.reduce(leastCommonMultiple);
  return excluded.some((of) => isMultiple(least, of));
}

/** Integers are multiples of one already. */
function withoutUnits(divisors: readonly Divisor[], integral: boolean): Divisor[] {
  if (divisors.some(({ of, negated }) => negated && of.digits > MAX_TRACKED_DIVISOR)) {
    throw new GrammarError({
      code: "unsupported",
      keyword: "multipleOf",
      reason: "has too many digits to be excluded",
    });
  }
  return divisors.filter(({ of, negated }) => negated || !integral || compareDecimals(of, ONE) !== 0);
}

function sameDivisor(a: Divisor, b: Divisor): boolean {
  return keyOfDivisor(a) === keyOfDivisor(b);
}
