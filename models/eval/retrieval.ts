import { makePair, pairKinds, type PairKind, type TextPair } from "../recipe/src/pairs.ts";
import { createRng, hash } from "../recipe/src/random.ts";
import { languages, type Language } from "../recipe/src/sample.ts";

/** One search: the first text of each pair is asked, all second ones are what is found among. */
export interface Search {
  kind: PairKind;
  from: Language;
  to: Language;
  pairs: readonly TextPair[];
}

/** Held-out texts of every kind from every language to every other and to itself; at most `most` per search, one per group. */
export function makeSearches(seed: number, most: number): Search[] {
  // Single words have no held-out wording.
  const kinds = pairKinds.filter((kind) => kind !== "word");
  return kinds.flatMap((kind) =>
    languages.flatMap((from) =>
      languages.map((to) => {
        const rng = createRng(seed ^ hash(`${kind}/${from}/${to}`));
        const pairs = new Map<string, TextPair>();
        for (let tries = 0; tries < most * 8 && pairs.size < most; tries++) {
          const pair = makePair({ rng, split: "test" }, kind, [from, to]);
          if (!pairs.has(pair.group)) pairs.set(pair.group, pair);
        }
        return { kind, from, to, pairs: [...pairs.values()] };
      }),
    ),
  );
}

type Vector = readonly number[] | Float32Array;

const dot = (a: Vector, b: Vector): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};

/** How many of the questions find their own text first; vectors have length one. */
export function foundFirst(questions: readonly Vector[], texts: readonly Vector[]): number {
  return questions.filter((question, i) => {
    const own = dot(question, texts[i]!);
    return texts.every((text, j) => j === i || dot(question, text) < own);
  }).length;
}
