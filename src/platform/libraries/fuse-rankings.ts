/** How little the very first place counts more than the next. */
const RANK_DAMPING = 60;

/** Merges rankings, best first, by the places they give (reciprocal rank fusion; Cormack, Clarke and Büttcher, 2009). */
export function fuseRankings<Item>(
  rankings: readonly (readonly Item[])[],
  nameOf: (item: Item) => string | number,
): Item[] {
  const scores = new Map<string | number, { readonly item: Item; readonly score: number }>();
  for (const ranking of rankings) {
    for (const [index, item] of ranking.entries()) {
      const name = nameOf(item);
      const score = (scores.get(name)?.score ?? 0) + 1 / (RANK_DAMPING + index + 1);
      scores.set(name, { item, score });
    }
  }
  return [...scores.values()].toSorted((a, b) => b.score - a.score).map(({ item }) => item);
}
