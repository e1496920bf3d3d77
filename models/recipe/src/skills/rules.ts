import type { Language, Message, Sample } from "../sample.ts";
import { ruleAsks } from "../text/judging.ts";
import { topics } from "../text/topics.ts";
import type { ValueContext } from "../values.ts";
import { chatExchange } from "./chat.ts";
import { messageAbout } from "./classify.ts";
import { actionPhrase, makeTool, phrase, type Tool } from "./request.ts";
import { turnTaker } from "./turns.ts";

/** A rule in the administrator's words, and messages that break it. */
interface Rule {
  key: string;
  text: string;
  broken: (lang: Language) => string;
}

const frames: Record<Language, readonly string[]> = {
  en: ["Requests to {}", "{}", "Asking to {}", "Nobody may {}", "No help to {}"],
  fr: ["Demandes de {}", "{}", "Interdit de {}"],
  es: ["Peticiones de {}", "{}", "Prohibido {}"],
  de: ["{}", "Bitten: {}", "Verboten: {}"],
  it: ["Richieste di {}", "{}", "Vietato {}"],
};
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function makeRule(context: ValueContext, own: Language): Rule {
  const { rng } = context;
  if (rng.chance(0.5)) {
    const topic = rng.pick(topics);
    return {
      key: topic.labels[0]!,
      text: capital(rng.pick(topic.rules[own])),
      broken: (lang) => messageAbout(context, topic, lang),
    };
  }
  const tool: Tool = { ...makeTool(context), parameters: [] };
  const text = capital(rng.pick(frames[own]).replace("{}", actionPhrase(tool, rng, own)));
  return { key: tool.thing.code, text, broken: (lang) => phrase(tool, context, lang).text };
}

/** Policies as the platform asks about them: one to ten numbered sentences, answered by a number or none. */
export function rulesSample(context: ValueContext, lang: Language): Sample {
  const { rng } = context;
  const own: Language = rng.chance(0.6) ? "en" : lang;
  const rules: Rule[] = [];
  const count = rng.pick([1, 2, 2, 3, 3, 4, 5, 6, 8, 10]);
  while (rules.length < count) {
    const rule = makeRule(context, own);
    if (!rules.some(({ key }) => key === rule.key)) rules.push(rule);
  }
  // As the platform numbers them: ten start at zero.
  const first = count === 10 ? 0 : 1;
  const list = rules.map(({ text }, i) => `${first + i}. ${text}`).join("\n");
  const instruction = (rng.chance(0.7) ? ruleAsks.en[0]! : rng.pick(ruleAsks[own])).replace("{l}", () => list);
  const next = turnTaker(context, [...rules.keys()]);
  const judge = (): { text: string; answer: string } => {
    if (rng.chance(0.75)) {
      const at = next();
      return { text: rules[at]!.broken(lang), answer: String(first + at) };
    }
    if (rng.chance(0.6)) return { text: chatExchange({ ...context, split: "train" }, lang).ask, answer: "none" };
    let stranger = makeRule(context, own);
    while (rules.some(({ key }) => key === stranger.key)) stranger = makeRule(context, own);
    return { text: stranger.broken(lang), answer: "none" };
  };
  let { text, answer } = judge();
  const messages: Message[] = [{ role: "user", content: `${instruction}\n\n${text}` }];
  for (let more = context.split === "test" ? 0 : rng.int(1, count + 3); more > 0; more--) {
    messages.push({ role: "assistant", content: answer });
    ({ text, answer } = judge());
    messages.push({ role: "user", content: text });
  }
  return { skill: "classify", lang, messages, answer, trainAll: true };
}
