/** Without repetitions, in the order of their units, which puts texts with a common beginning side by side. */
export function sortedWords(texts: Iterable<string>): string[] {
  return [...new Set(texts)].toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** What is left of the words that start with a character. */
export function wordsAfter(words: readonly string[], codePoint: number): string[] {
  const start = String.fromCodePoint(codePoint);
  const rests: string[] = [];
  for (let i = firstFrom(words, start); words[i]?.startsWith(start) === true; i++) {
    // Half of a surrogate pair starts other characters too.
    if (words[i]!.codePointAt(0) === codePoint) rests.push(words[i]!.slice(start.length));
  }
  return rests;
}

/** The characters that words start with; the empty word has none. */
export function wordStarts(words: readonly string[]): number[] {
  const starts = new Set(words.map((word) => word.codePointAt(0)));
  starts.delete(undefined);
  return [...starts] as number[];
}

export function isOneCharacter(word: string): boolean {
  return word.length === 1 || (word.length === 2 && word.codePointAt(0)! > 0xffff);
}

/** Equal for equal lists. */
export function keyOfWords(words: readonly string[]): string {
  return `${words.map(({ length }) => length).join()}:${words.join("")}`;
}

function firstFrom(words: readonly string[], least: string): number {
  let [lo, hi] = [0, words.length];
  while (lo < hi) {
    const middle = (lo + hi) >> 1;
    if (words[middle]! < least) lo = middle + 1;
    else hi = middle;
  }
  return lo;
}
