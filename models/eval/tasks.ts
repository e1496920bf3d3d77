import { createRng, hash } from "../recipe/src/random.ts";
import { languages, type Language, type Sample, type Split } from "../recipe/src/sample.ts";
import { chatSample } from "../recipe/src/skills/chat.ts";
import { classifySample } from "../recipe/src/skills/classify.ts";
import { extractSample } from "../recipe/src/skills/extract.ts";
import { needleSample, translateSample } from "../recipe/src/skills/passage.ts";
import { formatSample, reasonSample } from "../recipe/src/skills/reason.ts";
import { toolResultSample, toolSample } from "../recipe/src/skills/tools.ts";
import type { ValueContext } from "../recipe/src/values.ts";
import { languageIs, sameCalls, sameJson, sameText, sameTool, type Scorer } from "./scorers.ts";

/** One line of the score table: held-out samples of a skill, judged by a scorer. */
export interface Task {
  name: string;
  make(context: ValueContext, lang: Language): Sample;
  score: Scorer;
}

/** A passage of about so many tokens; of this vocabulary's small pieces, up to half as many again. */
const needle =
  (tokens: number) =>
  (context: ValueContext, lang: Language): Sample =>
    needleSample(context, lang, () => Math.round(tokens / 12));

export const tasks: readonly Task[] = [
  { name: "tool choice", make: (context, lang) => toolSample(context, lang, 5), score: sameTool },
  { name: "tool arguments", make: toolCallOnly, score: sameCalls },
  { name: "tool result told", make: toolResultSample, score: sameText },
  { name: "JSON extraction", make: extractSample, score: sameJson },
  { name: "policy classification", make: classifySample, score: sameText },
  { name: "needle 250 tokens", make: needle(250), score: sameText },
  { name: "needle 1K tokens", make: needle(1000), score: sameText },
  { name: "needle 4K tokens", make: needle(4000), score: sameText },
  // These two are counted in this vocabulary's pieces, or they would not fit a context of 32,768.
  { name: "needle 16K tokens", make: needle(11_000), score: sameText },
  { name: "needle 32K tokens", make: needle(20_000), score: sameText },
  { name: "FAQ, unseen paraphrase", make: (context, lang) => chatSample(context, lang, "faq"), score: sameText },
  { name: "small talk, unseen wording", make: (context, lang) => chatSample(context, lang, "chat"), score: sameText },
  {
    name: "language of the answer",
    make: (context, lang) => chatSample(context, lang, context.rng.chance(0.5) ? "faq" : "chat"),
    score: languageIs,
  },
  { name: "format instructions", make: formatSample, score: sameText },
  { name: "phrases translated", make: translateSample, score: sameText },
  { name: "sorting, counting, sums", make: reasonSample, score: sameText },
];

/** Only samples whose right answer is one or more calls. */
function toolCallOnly(context: ValueContext, lang: Language): Sample {
  for (;;) {
    const sample = toolSample(context, lang, 5);
    if (Array.isArray(sample.answer)) return sample;
  }
}

export interface Case {
  task: Task;
  sample: Sample;
}

export interface Draw {
  /** Cases per task and language. */
  each: number;
  /** The same seed gives the same cases for every model. */
  seed: number;
  split: Split;
}

export function makeCases({ each, seed, split }: Draw, wanted: readonly Task[] = tasks): Case[] {
  const cases: Case[] = [];
  for (const task of wanted) {
    for (const lang of languages) {
      const rng = createRng(seed ^ hash(`${task.name}/${lang}`));
      for (let i = 0; i < each; i++) cases.push({ task, sample: task.make({ rng, split }, lang) });
    }
  }
  return cases;
}
