import { toJson } from "../json.ts";
import { languages, type Language, type Message, type Sample } from "../sample.ts";
import { alternatives } from "../text/alternatives.ts";
import { labelAsks, refusal, refusalRules, ruleAsks, topicAsks, yesNo, yesNoAsks } from "../text/judging.ts";
import { moreDeskSays } from "../text/says-desk.ts";
import { morePolicySays } from "../text/says-policy.ts";
import type { Topic } from "../text/topic.ts";
import { wordFrames, wordsOf } from "../text/topic-words.ts";
import { topics } from "../text/topics.ts";
import { inventedWord, value, type ValueContext } from "../values.ts";
import { chatExchange, loosened } from "./chat.ts";
import { turnTaker } from "./turns.ts";

/** What people write about a topic in training: all wordings but the held-out one, each choice of words one entry. */
const trainingSays = new Map(
  topics.map((topic) => [
    topic,
    new Map(
      languages.map((lang, i) => {
        const more = { ...morePolicySays, ...moreDeskSays }[topic.labels[0]!]?.[i]?.split("|") ?? [];
        return [lang, [...topic.says[lang].slice(0, -1), ...more].map(alternatives)];
      }),
    ),
  ]),
);

/** The last wording of a list is held out. */
const wording = (context: ValueContext, list: readonly string[]): string =>
  context.split === "test" ? list[list.length - 1]! : context.rng.pick(list.slice(0, -1));

const trainingWords = new Map(
  topics.map((topic) => [topic, new Map(languages.map((lang) => [lang, wordsOf(topic, lang)]))]),
);

function trainingSay({ rng }: ValueContext, topic: Topic, lang: Language): string {
  // A rule said again, in its own words or others, is the easiest to find: with it looking for what fits begins.
  if (rng.chance(0.2)) return rng.pick(topic.rules[rng.chance(0.4) ? "en" : lang]);
  if (rng.chance(0.6)) return rng.pick(rng.pick(trainingSays.get(topic)!.get(lang)!));
  const words = rng.sample(trainingWords.get(topic)!.get(lang)!, 2);
  return rng.pick(wordFrames[lang]).replaceAll("{}", () => words.pop()!);
}

export function messageAbout(context: ValueContext, topic: Topic, lang: Language): string {
  const name = String(value(context.rng.pick(["name", "city", "company", "id"]), context));
  const says = context.split === "test" ? wording(context, topic.says[lang]) : trainingSay(context, topic, lang);
  const text = loosened(context, says.replaceAll("{}", name));
  return context.rng.chance(0.15)
    ? `${context.rng.pick(["Hello", "Bonjour", "Hola", "Hallo", "Ciao"])}, ${text}`
    : text;
}

/** A message about a topic, and a rule about the same topic in another language, or another message. */
export function topicPair(
  context: ValueContext,
  from: Language,
  to: Language,
): { a: string; b: string; group: string } {
  const topic = context.rng.pick(topics);
  const b =
    context.split === "train" && context.rng.chance(0.4)
      ? messageAbout(context, topic, to)
      : context.rng.pick(topic.rules[to]);
  return { a: messageAbout(context, topic, from), b, group: `topic ${topic.labels[0]}` };
}

/** A message of no topic at all: small talk, a question about the platform. */
const other = (context: ValueContext, lang: Language): string => chatExchange({ ...context, split: "train" }, lang).ask;

/** The instruction stands in the system message, or before or after the message. */
function asked(context: ValueContext, instruction: string, text: string): Message[] {
  const { rng, split } = context;
  // A system message is read as the head of the user's: in training the plain form, of several rounds, stands for both.
  const [system, plain] = split === "test" ? [5, 2] : [0.5, 6.5];
  return rng.weighted<Message[]>([
    [
      [
        { role: "system", content: instruction },
        { role: "user", content: text },
      ],
      system,
    ],
    [[{ role: "user", content: `${instruction}\n\n${text}` }], plain],
    [[{ role: "user", content: `${instruction}\n\nMessage: ${text}` }], 2],
    [[{ role: "user", content: `${text}\n\n${instruction}` }], 1],
  ]);
}

/** An instruction, and messages to judge by it with their right answers. */
interface Court {
  instruction: string;
  /** How many choices it offers: as many messages, about, are worth asking. */
  size: number;
  judge: () => { text: string; answer: string };
}

/** A choice of labels, plain or described; some lists have one for the rest. */
function labelCourt(context: ValueContext, lang: Language, own: Language): Court {
  const { rng } = context;
  const chosen = rng.sample(topics, rng.int(2, 6));
  const described = rng.chance(0.5);
  const labels = chosen.map((t) =>
    described && rng.chance(0.6) ? inventedWord({ ...context, pieces: undefined }) : rng.pick(t.labels),
  );
  const rest = rng.chance(0.3) ? rng.pick(["other", "none", "unknown"]) : undefined;
  const list = described
    ? "\n" + chosen.map((t, i) => `- ${labels[i]}: ${rng.pick(t.rules[own])}`).join("\n") + (rest ? `\n- ${rest}` : "")
    : [...labels, ...(rest ? [rest] : [])].join(", ");
  const json = rng.chance(0.15);
  const instruction = rng.pick(labelAsks[own]).replace("{l}", () => list) + (json ? '\nJSON: {"category": "..."}' : "");
  const next = turnTaker(context, chosen);
  const judge = (): { text: string; answer: string } => {
    const isRest = rest !== undefined && rng.chance(0.3);
    const target = next();
    const label = isRest ? rest : labels[chosen.indexOf(target)]!;
    const text = isRest ? other(context, lang) : messageAbout(context, target, lang);
    return { text, answer: json ? toJson({ category: label }) : label };
  };
  return { instruction, size: chosen.length, judge };
}

/** Numbered rules: the number of the one that is broken, or none. */
function ruleCourt(context: ValueContext, lang: Language, own: Language): Court {
  const { rng } = context;
  const chosen = rng.sample(topics, rng.int(2, 6));
  const mark = rng.pick([".", ".", ":", ")"]);
  const list = chosen.map((t, i) => `${i + 1}${mark} ${rng.pick(t.rules[own])}`).join("\n");
  const next = turnTaker(context, chosen);
  const judge = (): { text: string; answer: string } => {
    const target = next();
    if (!rng.chance(0.3))
      return { text: messageAbout(context, target, lang), answer: String(chosen.indexOf(target) + 1) };
    const stranger = rng.pick(topics.filter((t) => !chosen.includes(t)));
    return { text: rng.chance(0.6) ? messageAbout(context, stranger, lang) : other(context, lang), answer: "none" };
  };
  return { instruction: rng.pick(ruleAsks[own]).replace("{l}", () => list), size: chosen.length, judge };
}

/** One rule: is it broken, yes or no. */
function yesNoCourt(context: ValueContext, lang: Language, own: Language): Court {
  const { rng } = context;
  const target = rng.pick(topics);
  const rule = rng.pick(target.rules[own]);
  const judge = (): { text: string; answer: string } => {
    if (rng.chance(0.5)) return { text: messageAbout(context, target, lang), answer: yesNo[own][0] };
    const stranger = rng.pick(topics.filter((t) => t !== target));
    return {
      text: rng.chance(0.6) ? messageAbout(context, stranger, lang) : other(context, lang),
      answer: yesNo[own][1],
    };
  };
  return { instruction: rng.pick(yesNoAsks[own]).replace("{l}", () => rule), size: 1, judge };
}

/** A forbidden subject: refuse in the words of the policy, or answer as ever. */
function refusalSample(context: ValueContext, lang: Language, own: Language): Sample {
  const { rng } = context;
  const target = rng.pick(topics);
  const words = rng.pick(target.rules[own]);
  const system: Message = { role: "system", content: rng.pick(refusalRules[own]).replace("{l}", () => words) };
  const { ask, answer } = rng.chance(0.5)
    ? { ask: messageAbout(context, target, lang), answer: refusal[lang].replace("{}", () => words) }
    : chatExchange(context, lang);
  return { skill: "classify", lang, messages: [system, { role: "user", content: ask }], answer };
}

export function classifySample(context: ValueContext, lang: Language): Sample {
  const { rng } = context;
  // Instructions are often English while messages are in any language.
  const own: Language = rng.chance(0.5) ? "en" : lang;
  const court = rng.weighted([
    [labelCourt, 5],
    [ruleCourt, 4],
    [yesNoCourt, 3],
    [undefined, 3],
  ])?.(context, lang, own);
  if (!court) return refusalSample(context, lang, own);
  const { instruction, size, judge } = court;
  let { text, answer } = judge();
  const messages = asked(context, instruction, text);
  // In training one reading of the instruction serves several messages; only the last of them may have a system message.
  const rounds = context.split === "test" || messages.length > 1 ? 1 : rng.int(2, size + 3);
  for (let i = 1; i < rounds; i++) {
    messages.push({ role: "assistant", content: answer });
    ({ text, answer } = judge());
    messages.push({ role: "user", content: text });
  }
  return { skill: "classify", lang, messages, answer, ...(rounds > 1 ? { trainAll: true } : {}) };
}

/**
 * What messages and rules are about, one after the other and without a list: one of a hundred labels, where a list offers
 * two to six. It teaches what words mean several times as fast as choosing does, and choosing needs it.
 */
export function topicSample(context: ValueContext, lang: Language): Sample {
  const { rng } = context;
  const own: Language = rng.chance(0.5) ? "en" : lang;
  const chosen = rng.sample(topics, context.split === "test" ? 1 : rng.int(5, 14));
  const messages = chosen.flatMap((topic, i): Message[] => {
    const text = rng.weighted([
      [() => messageAbout(context, topic, lang), 6],
      [() => rng.pick(topic.rules[rng.chance(0.5) ? "en" : lang]), 3],
      [() => rng.pick(topic.labels).replaceAll("_", " "), 1],
    ])();
    return [
      { role: "user", content: i === 0 ? `${rng.pick(topicAsks[own])}\n\n${text}` : text },
      { role: "assistant", content: topic.labels[0]! },
    ];
  });
  messages.pop();
  return { skill: "classify", lang, messages, answer: chosen.at(-1)!.labels[0]!, trainAll: true };
}
