import { compareDecimals, type Decimal, digitsOf, normalize, ZERO } from "./decimal.ts";
import { atLeast, atMost, containsBy, intersectSets, type IntervalSet } from "./interval-set.ts";

/** "A multiple of `of`", or not one. */
export interface Divisor {
  readonly of: Decimal;
  readonly negated: boolean;
}

/** Equal for equal divisors. */
export function keyOfDivisor({ of, negated }: Divisor): string {
  return `${negated ? "!" : ""}${of.digits}e-${of.scale}`;
}

/** The numbers of a set of intervals that satisfy every divisor. `integral` numbers are written without a point. */
export interface NumberTerm {
  readonly set: IntervalSet;
  readonly integral: boolean;
  readonly divisors: readonly Divisor[];
}

/** A number compared with bounds while it is being read: magnitudes only, the sign is known before the first digit. */
export interface NumberProgress {
  readonly phase: "start" | "minus" | "zero" | "integer" | "point" | "fraction" | "exponent" | "sign" | "power";
  readonly negative: boolean;
  /** Digits read before the point, or behind it, or of the exponent. */
  readonly count: number;
  /** Digits before the point, once it has come. */
  readonly integerDigits: number;
  /** Per bound: how the digits so far compare with as many digits of the bound. */
  readonly order: readonly number[];
  /** Per divisor: the digits so far modulo its digits; -1 when no multiple can come of it. */
  readonly remainders: readonly number[];
}

const MAX_DIGITS = 24;
/** Decimals of so many digits are different doubles. */
const MAX_EXACT_DIGITS = 15;

/**
 * The automaton of the JSON numbers of one term, exact in decimal arithmetic. It is finite because a bound is compared
 * digit by digit and a remainder takes finitely many values. An exponent is allowed only where it cannot change the
 * answer: no divisor, no bound but zero. Digits and exponents are limited so that every number fits a double, and to those that a double tells
 * apart where an open bound or a divisor makes the last digit matter: readers of JSON compute with doubles.
 */
export class NumberLanguage {
  readonly #term: NumberTerm;
  readonly #bounds: readonly Decimal[];
  readonly #indexOf: ReadonlyMap<Decimal, number>;
  readonly #signs: readonly number[];
  readonly #mayBeNegative: boolean;
  readonly #mayBePositive: boolean;
  /** Of each bound, the digits before the point and behind it. */
  readonly #boundDigits: readonly (readonly [readonly number[], readonly number[]])[];
  readonly #moduli: readonly number[];
  readonly #mayHaveExponent: boolean;
  readonly #maxDigits: number;
  readonly #maxIntegerDigits: number;

  constructor(term: NumberTerm) {
    this.#term = term;
    const cuts = term.set
      .flatMap(({ from, to }) => [from, to])
      .flatMap((cut) => (cut === undefined ? [] : [cut.value]));
    this.#bounds = uniqueDecimals(cuts);
    this.#boundDigits = this.#bounds.map((bound) => {
      const [integer, fraction] = digitsOf(bound);
      return [Array.from(integer, Number), Array.from(fraction, Number)];
    });
    const indexOf = (cut: Decimal): number => this.#bounds.findIndex((bound) => compareDecimals(bound, cut) === 0);
    this.#indexOf = new Map(cuts.map((cut) => [cut, indexOf(cut)]));
    this.#signs = this.#bounds.map((bound) => compareDecimals(bound, ZERO));
    this.#mayBeNegative = intersectSets(term.set, atMost(ZERO, false)).length > 0;
    this.#mayBePositive = intersectSets(term.set, atLeast(ZERO, false)).length > 0;
    this.#moduli = term.divisors.map(({ of }) => Number(of.digits));
    const onlyZero = this.#bounds.every((bound) => bound.digits === 0n);
    this.#mayHaveExponent = onlyZero && !term.integral && term.divisors.length === 0;
    const isOpen = term.set.some(
      ({ from, to }) =>
        (from?.after === true && from.value.digits !== 0n) || (to?.after === false && to.value.digits !== 0n),
    );
    this.#maxDigits = isOpen || term.divisors.length > 0 ? MAX_EXACT_DIGITS : MAX_DIGITS;
    // A bound with more digits than that is one that its author wants reached.
    this.#maxIntegerDigits = Math.max(this.#maxDigits, ...this.#boundDigits.map(([integer]) => integer.length + 1));
  }

  start(): NumberProgress {
    const order = this.#bounds.map(() => 0);
    return {
      phase: "start",
      negative: false,
      count: 0,
      integerDigits: 0,
      order,
      remainders: this.#moduli.map(() => 0),
    };
  }

  /**
   * Undefined when the text is no JSON number any more, or where it is easily seen to be outside the language; otherwise it
   * may still turn out to be.
   */
  next(at: NumberProgress, byte: number): NumberProgress | undefined {
    const next = this.#after(at, byte);
    return next === undefined || this.#isHopeless(next) ? undefined : next;
  }

  #isHopeless(at: NumberProgress): boolean {
    if (at.negative ? !this.#mayBeNegative : !this.#mayBePositive) return at.phase !== "start";
    if (at.remainders.some((rest, i) => rest < 0 && !this.#term.divisors[i]!.negated)) return true;
    const isBehindPoint = at.phase !== "start" && at.phase !== "minus" && at.phase !== "zero" && at.phase !== "integer";
    return isBehindPoint && !at.order.includes(0) && !this.#contains(at, (bound) => at.order[bound]!);
  }

  #after(at: NumberProgress, byte: number): NumberProgress | undefined {
    if (byte >= 0x30 && byte <= 0x39) return this.#digit(at, byte - 0x30);
    switch (byte) {
      case 0x2d:
        if (at.phase === "start") return { ...at, phase: "minus", negative: true };
        return at.phase === "exponent" ? { ...at, phase: "sign" } : undefined;
      case 0x2b:
        return at.phase === "exponent" ? { ...at, phase: "sign" } : undefined;
      case 0x2e:
        if (this.#term.integral || (at.phase !== "zero" && at.phase !== "integer")) return undefined;
        return { ...at, phase: "point", count: 0, integerDigits: at.count, order: this.#afterInteger(at) };
      case 0x45:
      case 0x65:
        return this.#exponent(at);
      default:
        return undefined;
    }
  }

  accepts(at: NumberProgress): boolean {
    if (at.phase === "power") return this.#contains(at, () => 1);
    if (at.phase !== "zero" && at.phase !== "integer" && at.phase !== "fraction") return false;
    const isInteger = at.phase !== "fraction";
    const order = isInteger ? this.#afterInteger(at) : at.order;
    const places = isInteger ? 0 : at.count;
    const magnitude = (bound: number): number => {
      const missing = order[bound] === 0 && this.#boundDigits[bound]![1].length > places;
      return missing ? -1 : order[bound]!;
    };
    return this.#contains(at, magnitude) && this.#divides(at, places);
  }

  #digit(at: NumberProgress, digit: number): NumberProgress | undefined {
    switch (at.phase) {
      case "start":
      case "minus":
        if (digit === 0) return { ...at, phase: "zero" };
        return this.#integerDigit({ ...at, phase: "integer" }, digit);
      case "integer":
        return this.#integerDigit(at, digit);
      case "point":
      case "fraction":
        return this.#fractionDigit(at, digit);
      case "exponent":
      case "sign":
        return { ...at, phase: "power", count: 10 + digit }; // a leading 1 keeps the number of digits
      case "power":
        if (at.count >= 128) return undefined; // e279 at most
        return { ...at, count: at.count * 10 + digit };
      case "zero":
        return undefined;
    }
  }

  #integerDigit(at: NumberProgress, digit: number): NumberProgress | undefined {
    if (at.count >= this.#maxIntegerDigits) return undefined;
    const order = at.order.map((known, bound) => {
      const expected = this.#boundDigits[bound]![0][at.count];
      if (expected === undefined) return 1;
      return known !== 0 ? known : Math.sign(digit - expected);
    });
    const remainders = at.remainders.map((rest, i) => (rest * 10 + digit) % this.#moduli[i]!);
    return { ...at, count: at.count + 1, order, remainders };
  }

  #fractionDigit(at: NumberProgress, digit: number): NumberProgress | undefined {
    if (at.count + at.integerDigits >= this.#maxDigits) return undefined;
    const order = at.order.map((known, bound) =>
      known !== 0 ? known : Math.sign(digit - (this.#boundDigits[bound]![1][at.count] ?? 0)),
    );
    const remainders = at.remainders.map((rest, i) => {
      if (rest < 0 || at.count < this.#term.divisors[i]!.of.scale)
        return rest < 0 ? rest : (rest * 10 + digit) % this.#moduli[i]!;
      return digit === 0 ? rest : -1;
    });
    return { ...at, phase: "fraction", count: at.count + 1, order, remainders };
  }

  #exponent(at: NumberProgress): NumberProgress | undefined {
    const hasMantissa = at.phase === "zero" || at.phase === "integer" || at.phase === "fraction";
    if (!this.#mayHaveExponent || !hasMantissa) return undefined;
    const isZero = this.#bounds.length > 0 && at.order[0] === 0;
    return isZero ? undefined : { ...at, phase: "exponent", count: 0, order: at.order.map(() => 1) };
  }

  /** Orders once the digits before the point are complete: a bound with more of them is greater. */
  #afterInteger(at: NumberProgress): number[] {
    return at.order.map((known, bound) => (this.#boundDigits[bound]![0].length > at.count ? -1 : known));
  }

  #contains(at: NumberProgress, magnitude: (bound: number) => number): boolean {
    return containsBy(this.#term.set, (value) => {
      const bound = this.#indexOf.get(value)!;
      const sign = this.#signs[bound]!;
      if (!at.negative) return sign < 0 ? 1 : magnitude(bound);
      return sign > 0 ? -1 : -magnitude(bound);
    });
  }

  #divides(at: NumberProgress, places: number): boolean {
    return this.#term.divisors.every(({ of, negated }, i) => {
      let rest = at.remainders[i]!;
      for (let place = places; place < of.scale && rest > 0; place++) rest = (rest * 10) % this.#moduli[i]!;
      return (rest === 0) !== negated;
    });
  }
}

/** Whether a value is a multiple, for finite sets of numbers. */
export function isMultiple(value: Decimal, of: Decimal): boolean {
  const scale = Math.max(value.scale, of.scale);
  return (value.digits * 10n ** BigInt(scale - value.scale)) % (of.digits * 10n ** BigInt(scale - of.scale)) === 0n;
}

export function leastCommonMultiple(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  const [x, y] = [a, b].map(({ digits, scale: own }) => digits * 10n ** BigInt(scale - own)) as [bigint, bigint];
  let [divisor, rest] = [x, y];
  while (rest !== 0n) [divisor, rest] = [rest, divisor % rest];
  return normalize((x / divisor) * y, scale);
}

const MAX_MULTIPLES = 128;

/** Multiples of a number in a set: those nearest to zero, or to where an interval starts. */
export function firstMultiples(of: Decimal, set: IntervalSet): Decimal[] {
  const starts = [0n];
  for (const { from, to } of set) {
    for (const cut of [from, to]) if (cut !== undefined) starts.push(quotient(cut.value, of));
  }
  const factors = new Set(
    starts.flatMap((start) => Array.from({ length: MAX_MULTIPLES }, (_, i) => start + BigInt(i - MAX_MULTIPLES / 2))),
  );
  const multiples = [...factors].map((factor) => normalize(of.digits * factor, of.scale));
  return multiples.filter((value) => containsBy(set, (other) => compareDecimals(value, other)));
}

function quotient(value: Decimal, of: Decimal): bigint {
  const scale = Math.max(value.scale, of.scale);
  return (value.digits * 10n ** BigInt(scale - value.scale)) / (of.digits * 10n ** BigInt(scale - of.scale));
}

function uniqueDecimals(values: readonly Decimal[]): Decimal[] {
  return values.filter((value, i) => values.findIndex((other) => compareDecimals(other, value) === 0) === i);
}
