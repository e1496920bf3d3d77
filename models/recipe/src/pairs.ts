import type { Language, Split } from "./sample.ts";
import { languages } from "./sample.ts";
import type { Rng } from "./random.ts";
import { faqIds, faqPair } from "./skills/chat.ts";
import { topicPair } from "./skills/classify.ts";
import { phrasebookPair } from "./skills/passage.ts";
import { toolPair } from "./skills/tools.ts";
import { roles } from "./text/roles.ts";
import { things } from "./text/actions.ts";
import type { ValueContext } from "./values.ts";

/** Two texts that mean the same or belong together. Texts of one group must not count as each other's opposite. */
export interface TextPair {
  a: string;
  b: string;
  group: string;
}

export const pairKinds = ["question", "answer", "topic", "phrase", "request", "word"] as const;
export type PairKind = (typeof pairKinds)[number];

/** The same thing said twice, as a rule in two languages: what sentence embeddings are trained and tested on. */
export function makePair(context: ValueContext, kind: PairKind, [from, to]: readonly [Language, Language]): TextPair {
  const { rng } = context;
  switch (kind) {
    case "question":
    case "answer":
      return faqPair(context, rng.pick(faqIds), { from, to, wantsAnswer: kind === "answer" });
    case "topic":
      return topicPair(context, from, to);
    case "phrase":
      return phrasebookPair(context, from, to);
    case "request":
      return toolPair(context, from, to);
    case "word": {
      const words = rng.chance(0.5) ? rng.pick(things).say : rng.pick(roles).noun;
      return { a: words[from], b: words[to], group: `word ${words.en}` };
    }
  }
}

/** Endless training pairs, a tenth of them within one language. */
export function trainingPair(rng: Rng, split: Split, pieces: readonly string[]): TextPair {
  const kind = rng.weighted([
    ["question", 6],
    ["answer", 3],
    ["topic", 4],
    ["phrase", 4],
    ["request", 4],
    ["word", 2],
  ] as const);
  const from = rng.pick(languages);
  const to = rng.chance(0.1) ? from : rng.pick(languages);
  return makePair({ rng, split, pieces }, kind, [from, to]);
}
