import { toJson } from "../json.ts";
import type { Language, Message, Sample } from "../sample.ts";
import { labelAsks, refusal, refusalRules, ruleAsks, yesNo, yesNoAsks } from "../text/judging.ts";
import type { Topic } from "../text/topic.ts";
import { deskTopics } from "../text/topics-desk.ts";
import { policyTopics } from "../text/topics-policy.ts";
import { inventedWord, value, type ValueContext } from "../values.ts";
import { chatExchange } from "./chat.ts";

const topics: readonly Topic[] = [...policyTopics, ...deskTopics];

/** The last wording of a list is held out. */
const wording = (context: ValueContext, list: readonly string[]): string =>
  context.split === "test" ? list[list.length - 1]! : context.rng.pick(list.slice(0, -1));

function message(context: ValueContext, topic: Topic, lang: Language): string {
  const name = String(value(context.rng.pick(["name", "city", "company", "id"]), context));
  const text = wording(context, topic.says[lang]).replaceAll("{}", name);
  return context.rng.chance(0.15)
    ? `${context.rng.pick(["Hello", "Bonjour", "Hola", "Hallo", "Ciao"])}, ${text}`
    : text;
}

/** A message of no topic at all: small talk, a question about the platform. */
const other = (context: ValueContext, lang: Language): string => chatExchange({ ...context, split: "train" }, lang).ask;

/** The instruction stands in the system message, or before or after the message. */
function asked(context: ValueContext, instruction: string, text: string): Message[] {
  const { rng } = context;
  return rng.weighted<Message[]>([
    [
      [
        { role: "system", content: instruction },
        { role: "user", content: text },
      ],
      5,
    ],
    [[{ role: "user", content: `${instruction}\n\n${text}` }], 2],
    [[{ role: "user", content: `${instruction}\n\nMessage: ${text}` }], 2],
    [[{ role: "user", content: `${text}\n\n${instruction}` }], 1],
  ]);
}

export function classifySample(context: ValueContext, lang: Language): Sample {
  const { rng } = context;
  // Instructions are often English while messages are in any language.
  const own: Language = rng.chance(0.5) ? "en" : lang;
  const kind = rng.weighted([
    ["labels", 4],
    ["rules", 4],
    ["yesno", 3],
    ["refuse", 3],
    ["json", 1],
  ] as const);
  const chosen = rng.sample(topics, rng.int(2, 6));
  const target = rng.pick(chosen);
  const rule = (topic: Topic): string => rng.pick(topic.rules[own]);
  if (kind === "labels" || kind === "json") {
    const described = rng.chance(0.5);
    const labels = chosen.map((t) =>
      described && rng.chance(0.6) ? inventedWord({ ...context, pieces: undefined }) : rng.pick(t.labels),
    );
    const rest = rng.chance(0.3) ? rng.pick(["other", "none", "unknown"]) : undefined;
    const list = described
      ? "\n" +
        chosen.map((t, i) => `- ${labels[i]}: ${rng.pick(t.rules[own])}`).join("\n") +
        (rest ? `\n- ${rest}` : "")
      : [...labels, ...(rest ? [rest] : [])].join(", ");
    const isRest = rest !== undefined && rng.chance(0.3);
    const text = isRest ? other(context, lang) : message(context, target, lang);
    const label = isRest ? rest : labels[chosen.indexOf(target)]!;
    const instruction = rng.pick(labelAsks[own]).replace("{l}", () => list);
    const json = kind === "json";
    return {
      skill: "classify",
      lang,
      messages: asked(context, json ? `${instruction}\nJSON: {"category": "..."}` : instruction, text),
      answer: json ? toJson({ category: label }) : label,
    };
  }
  if (kind === "rules") {
    const list = chosen.map((t, i) => `${i + 1}${rng.pick([".", ".", ":", ")"])} ${rule(t)}`).join("\n");
    const none = rng.chance(0.3);
    let text = other(context, lang);
    if (!none) text = message(context, target, lang);
    else if (rng.chance(0.6)) text = message(context, rng.pick(topics.filter((t) => !chosen.includes(t))), lang);
    return {
      skill: "classify",
      lang,
      messages: asked(
        context,
        rng.pick(ruleAsks[own]).replace("{l}", () => list),
        text,
      ),
      answer: none ? "none" : String(chosen.indexOf(target) + 1),
    };
  }
  const breaks = rng.chance(0.5);
  const text = breaks
    ? message(context, target, lang)
    : rng.chance(0.6)
      ? message(context, rng.pick(topics.filter((t) => t !== target)), lang)
      : other(context, lang);
  if (kind === "yesno")
    return {
      skill: "classify",
      lang,
      messages: asked(
        context,
        rng.pick(yesNoAsks[own]).replace("{l}", () => rule(target)),
        text,
      ),
      answer: yesNo[own][breaks ? 0 : 1],
    };
  const words = rng.pick(target.rules[own]);
  const instruction = rng.pick(refusalRules[own]).replace("{l}", () => words);
  if (breaks)
    return {
      skill: "classify",
      lang,
      messages: [
        { role: "system", content: instruction },
        { role: "user", content: text },
      ],
      answer: refusal[lang].replace("{}", () => words),
    };
  const exchange = chatExchange(context, lang);
  return {
    skill: "classify",
    lang,
    messages: [
      { role: "system", content: instruction },
      { role: "user", content: exchange.ask },
    ],
    answer: exchange.answer,
  };
}
