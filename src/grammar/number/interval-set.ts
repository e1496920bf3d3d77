import { compareDecimals, type Decimal } from "./decimal.ts";

/** A place between numbers: just before `value`, or just after it. */
export interface Cut {
  readonly value: Decimal;
  readonly after: boolean;
}

/** The numbers from one cut to another; undefined is unbounded. */
export interface NumberInterval {
  readonly from: Cut | undefined;
  readonly to: Cut | undefined;
}

/** A set of numbers: sorted, disjoint intervals. */
export type IntervalSet = readonly NumberInterval[];

export const ALL_NUMBERS: IntervalSet = [{ from: undefined, to: undefined }];

export function atLeast(value: Decimal, exclusive: boolean): IntervalSet {
  return [{ from: { value, after: exclusive }, to: undefined }];
}

export function atMost(value: Decimal, exclusive: boolean): IntervalSet {
  return [{ from: undefined, to: { value, after: !exclusive } }];
}

export function exactly(value: Decimal): IntervalSet {
  return [{ from: { value, after: false }, to: { value, after: true } }];
}

export function intersectSets(a: IntervalSet, b: IntervalSet): IntervalSet {
  const out: NumberInterval[] = [];
  for (const x of a) {
    for (const y of b) {
      const from = compareFrom(x.from, y.from) >= 0 ? x.from : y.from;
      const to = compareTo(x.to, y.to) <= 0 ? x.to : y.to;
      if (from === undefined || to === undefined || compareCuts(from, to) < 0) out.push({ from, to });
    }
  }
  return out;
}

export function complementSet(set: IntervalSet): IntervalSet {
  const out: NumberInterval[] = [];
  let from: Cut | undefined;
  let open = true;
  for (const interval of set) {
    if (interval.from !== undefined && open && (from === undefined || compareCuts(from, interval.from) < 0)) {
      out.push({ from, to: interval.from });
    }
    from = interval.to;
    open = from !== undefined;
  }
  if (open) out.push({ from, to: undefined });
  return out;
}

export function uniteSets(a: IntervalSet, b: IntervalSet): IntervalSet {
  return complementSet(intersectSets(complementSet(a), complementSet(b)));
}

/** The single number of each interval, when every interval is one number. */
export function pointsOf(set: IntervalSet): Decimal[] | undefined {
  const points: Decimal[] = [];
  for (const { from, to } of set) {
    if (from === undefined || to === undefined || from.after || !to.after) return undefined;
    if (compareDecimals(from.value, to.value) !== 0) return undefined;
    points.push(from.value);
  }
  return points;
}

/** Whether a number that compares to a cut's value as `compare` says lies in the set. */
export function containsBy(set: IntervalSet, compare: (value: Decimal) => number): boolean {
  return set.some(({ from, to }) => {
    const low = from === undefined ? 1 : compare(from.value);
    const high = to === undefined ? -1 : compare(to.value);
    return (low > 0 || (low === 0 && !from!.after)) && (high < 0 || (high === 0 && to!.after));
  });
}

/** Equal for equal sets. */
export function keyOfSet(set: IntervalSet): string {
  const cut = (one: Cut | undefined): string => (one ? `${one.value.digits}e-${one.value.scale}${one.after}` : "");
  return set.map(({ from, to }) => `${cut(from)}..${cut(to)}`).join();
}

function compareCuts(a: Cut, b: Cut): number {
  return compareDecimals(a.value, b.value) || Number(a.after) - Number(b.after);
}

function compareFrom(a: Cut | undefined, b: Cut | undefined): number {
  return a === undefined ? (b === undefined ? 0 : -1) : b === undefined ? 1 : compareCuts(a, b);
}

function compareTo(a: Cut | undefined, b: Cut | undefined): number {
  return a === undefined ? (b === undefined ? 0 : 1) : b === undefined ? -1 : compareCuts(a, b);
}
