/** A set of code points: sorted, disjoint, non-adjacent inclusive ranges `[lo0, hi0, lo1, hi1, …]`. */
export type CharSet = readonly number[];

export const LAST_CODE_POINT = 0x10ffff;
/** Every code point that can stand in well-formed text: all but the surrogates. */
export const ANY_CHAR: CharSet = [0, 0xd7ff, 0xe000, LAST_CODE_POINT];

/** Sorts and merges ranges given in any order. */
export function charSet(ranges: readonly (readonly [number, number])[]): CharSet {
  const sorted = ranges.filter(([lo, hi]) => lo <= hi).toSorted((a, b) => a[0] - b[0]);
  const merged: number[] = [];
  for (const [lo, hi] of sorted) {
    const last = merged.length - 1;
    if (last > 0 && lo <= merged[last]! + 1) merged[last] = Math.max(merged[last]!, hi);
    else merged.push(lo, hi);
  }
  return merged;
}

export function union(a: CharSet, b: CharSet): CharSet {
  return charSet([...rangesOf(a), ...rangesOf(b)]);
}

export function intersect(a: CharSet, b: CharSet): CharSet {
  const out: [number, number][] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const lo = Math.max(a[i]!, b[j]!);
    const hi = Math.min(a[i + 1]!, b[j + 1]!);
    if (lo <= hi) out.push([lo, hi]);
    if (a[i + 1]! < b[j + 1]!) i += 2;
    else j += 2;
  }
  return charSet(out);
}

/** The code points of `ANY_CHAR` outside the set. */
export function complement(set: CharSet): CharSet {
  const out: [number, number][] = [];
  let from = 0;
  for (const [lo, hi] of rangesOf(set)) {
    if (lo > from) out.push([from, lo - 1]);
    from = hi + 1;
  }
  if (from <= LAST_CODE_POINT) out.push([from, LAST_CODE_POINT]);
  return intersect(charSet(out), ANY_CHAR);
}

export function hasChar(set: CharSet, codePoint: number): boolean {
  for (let i = 0; i < set.length; i += 2) {
    if (codePoint < set[i]!) return false;
    if (codePoint <= set[i + 1]!) return true;
  }
  return false;
}

export function rangesOf(set: CharSet): [number, number][] {
  const out: [number, number][] = [];
  for (let i = 0; i < set.length; i += 2) out.push([set[i]!, set[i + 1]!]);
  return out;
}
