import type { Rng } from "./random.ts";
import { languages, type Language, type Sample, type Skill, type Split } from "./sample.ts";
import { chatSample } from "./skills/chat.ts";
import { copySample, extractSample, formatsSample } from "./skills/extract.ts";
import { classifySample, topicSample } from "./skills/classify.ts";
import { dialogueSample } from "./skills/dialogue.ts";
import { jsonTalkSample } from "./skills/json-talk.ts";
import { far, needleSample, translateSample } from "./skills/passage.ts";
import { formatSample, reasonSample } from "./skills/reason.ts";
import { rulesSample } from "./skills/rules.ts";
import { menuSample, toolResultSample, toolSample } from "./skills/tools.ts";
import type { ValueContext } from "./values.ts";

type Make = (context: ValueContext, lang: Language) => Sample;

/** Every kind of sample with its skill. */
export const makers: Record<string, Make> = {
  chat: (context, lang) => chatSample(context, lang, "chat"),
  faq: (context, lang) => chatSample(context, lang, "faq"),
  tools: toolSample,
  menu: menuSample,
  "tool-result": toolResultSample,
  extract: extractSample,
  formats: formatsSample,
  "json-talk": jsonTalkSample,
  copy: copySample,
  dialogue: dialogueSample,
  classify: classifySample,
  rules: rulesSample,
  topics: topicSample,
  needle: needleSample,
  "needle-long": (context, lang) => needleSample(context, lang, ({ rng }) => rng.int(45, 140)),
  "needle-far": (context, lang) => needleSample(context, lang, far),
  translate: translateSample,
  reason: reasonSample,
  format: formatSample,
};

/** Shares of all text that are read. */
const whole = {
  tools: 15,
  menu: 4,
  dialogue: 1.5,
  "tool-result": 7.5,
  extract: 7.5,
  "json-talk": 1,
  formats: 0.5,
  copy: 1,
  classify: 14,
  rules: 6,
  topics: 9,
  needle: 12,
  faq: 8.5,
  chat: 4.5,
  format: 8.5,
  translate: 0.5,
  reason: 0.5,
};

/** How often each kind is drawn; phases of a training run use different mixes. */
export type Mix = Readonly<Record<string, number>>;
/** Pieces that a sample of each kind has, on average: with them a mix can be told by what training reads of each kind. */
export const lengths = {
  chat: 64,
  faq: 75,
  tools: 295,
  menu: 279,
  "tool-result": 384,
  extract: 102,
  formats: 97,
  "json-talk": 96,
  copy: 108,
  dialogue: 171,
  classify: 133,
  rules: 190,
  topics: 215,
  needle: 570,
  translate: 36,
  reason: 31,
  format: 54,
} satisfies Record<string, number>;

/** The mix whose text is made up by these shares of pieces. */
const byText = (shares: Readonly<Record<keyof typeof lengths, number>>): Mix =>
  Object.fromEntries(
    Object.entries(lengths).map(([kind, length]) => [kind, shares[kind as keyof typeof lengths] / length]),
  );

export const mixes: Record<"early" | "main" | "choose" | "menu" | "grown" | "whole" | "meaning" | "both" | "far", Mix> =
  {
    menu: { menu: 1 },
    whole: byText(whole),
    // What words mean first, choosing by it later.
    meaning: byText({ ...whole, topics: 28, classify: 8, rules: 2 }),
    both: byText({ ...whole, topics: 17, classify: 18, rules: 5 }),
    far: { "needle-far": 1 },
    grown: {
      copy: 0.5,
      chat: 14,
      faq: 18,
      tools: 20,
      menu: 3,
      dialogue: 5,
      extract: 11,
      "json-talk": 6,
      formats: 0.5,
      "tool-result": 5,
      classify: 13,
      rules: 7,
      needle: 8,
      "needle-long": 5,
      translate: 4,
      reason: 3,
      format: 13,
    },
    early: { copy: 35, chat: 12, faq: 15, tools: 18, extract: 18, "tool-result": 2 },
    main: {
      copy: 2,
      chat: 9,
      faq: 12,
      tools: 30,
      extract: 14,
      formats: 2,
      "tool-result": 4,
      classify: 11,
      needle: 7,
      translate: 5,
      reason: 5,
      format: 5,
    },
    choose: {
      copy: 1,
      chat: 7,
      faq: 10,
      tools: 22,
      menu: 22,
      extract: 9,
      formats: 1,
      "tool-result": 3,
      classify: 16,
      needle: 7,
      translate: 2,
      reason: 2,
      format: 6,
    },
  };

export interface GenerateOptions {
  rng: Rng;
  split: Split;
  mix: Mix;
  pieces?: readonly string[] | undefined;
}

export function generate({ rng, split, mix, pieces }: GenerateOptions): Sample {
  const kind = rng.weighted(Object.entries(mix));
  return makers[kind]!({ rng, split, ...(pieces ? { pieces } : {}) }, rng.pick(languages));
}

export type { Sample, Skill };
