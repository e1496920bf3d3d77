import { languages, type Language, type Message, type Sample } from "../sample.ts";
import { alternatives } from "../text/alternatives.ts";
import { faqDe } from "../text/faq-de.ts";
import { faqEn } from "../text/faq-en.ts";
import { faqEs } from "../text/faq-es.ts";
import { faqFr } from "../text/faq-fr.ts";
import { faqIt } from "../text/faq-it.ts";
import { moreFaqDe } from "../text/faq-more-de.ts";
import { moreFaqEn } from "../text/faq-more-en.ts";
import { moreFaqEs } from "../text/faq-more-es.ts";
import { moreFaqFr } from "../text/faq-more-fr.ts";
import { moreFaqIt } from "../text/faq-more-it.ts";
import { how, what } from "../text/faq-leads.ts";
import { systemPrompts } from "../text/phrases.ts";
import { plainWords } from "../text/names.ts";
import { smallTalk } from "../text/small-talk.ts";
import { moreSmallTalk } from "../text/small-talk-more.ts";
import { unknown } from "../text/unknown.ts";
import { inventedWord, personName, type ValueContext } from "../values.ts";

/** `more` are the choices of words of phrases for training only. */
type Faq = ReadonlyMap<string, { answer: string; phrases: readonly string[]; more: readonly string[][] }>;

const rows = (text: string): string[][] =>
  text
    .trim()
    .split("\n")
    .map((line) => line.split(" | "));

/** The choices of words of each phrase, by the id in front. */
const choices = (text: string): Map<string | undefined, string[][]> =>
  new Map(rows(text).map(([id, ...phrases]) => [id, phrases.map(alternatives)]));

function parseFaq(text: string, moreText: string): Faq {
  const more = choices(moreText);
  return new Map(
    rows(text).map(([id, answer, ...phrases]) => [id!, { answer: answer!, phrases, more: more.get(id) ?? [] }]),
  );
}

interface Talk {
  answer: string;
  ask: readonly string[];
  more: readonly string[][];
}

/** `id language | answer | what people say`, grouped by language. */
function parseSmallTalk(text: string, moreText: string): Record<Language, Talk[]> {
  const talks: Record<Language, Talk[]> = { en: [], fr: [], es: [], de: [], it: [] };
  const more = choices(moreText);
  for (const [id, answer, ...ask] of rows(text)) {
    const [, lang] = id!.split(" ") as [string, Language];
    talks[lang].push({ answer: answer!, ask, more: more.get(id) ?? [] });
  }
  return talks;
}

const allSmall = parseSmallTalk(smallTalk, moreSmallTalk);
const allFaq: Readonly<Record<Language, Faq>> = {
  en: parseFaq(faqEn, moreFaqEn),
  fr: parseFaq(faqFr, moreFaqFr),
  es: parseFaq(faqEs, moreFaqEs),
  de: parseFaq(faqDe, moreFaqDe),
  it: parseFaq(faqIt, moreFaqIt),
};

const plain = (text: string): string => text.toLowerCase().replace(/[^\p{L}\d]+/gu, "");

/** "Hello", "Ciao" and "HTTP 429" are said in several languages; each belongs to the first that lists it. */
const owners = new Map<string, Language>();
for (const usual of [true, false])
  for (const lang of languages) {
    const asked = usual
      ? [...allSmall[lang].map(({ ask }) => ask), ...[...allFaq[lang].values()].map(({ phrases }) => phrases)].flatMap(
          (list) => list.slice(0, -1),
        )
      : [...allSmall[lang], ...allFaq[lang].values()].flatMap(({ more }) => more.flat());
    for (const text of asked) if (!owners.has(plain(text))) owners.set(plain(text), lang);
  }
/** Without what belongs to another language, whose answer it would get in vain; the last, held out, stays. */
const own = (lang: Language, list: readonly string[]): string[] =>
  list.filter((text, i) => i === list.length - 1 || owners.get(plain(text)) === lang);
const ownMore = (lang: Language, more: readonly string[][]): string[][] =>
  more.map((list) => list.filter((text) => owners.get(plain(text)) === lang)).filter((list) => list.length > 0);

const byLanguage = <T>(make: (lang: Language) => T): Record<Language, T> =>
  Object.fromEntries(languages.map((lang) => [lang, make(lang)])) as Record<Language, T>;
const small = byLanguage((lang) =>
  allSmall[lang].map(({ answer, ask, more }) => ({ answer, ask: own(lang, ask), more: ownMore(lang, more) })),
);
const faq: Readonly<Record<Language, Faq>> = byLanguage(
  (lang) =>
    new Map(
      [...allFaq[lang]].map(([id, { answer, phrases, more }]) => [
        id,
        { answer, phrases: own(lang, phrases), more: ownMore(lang, more) },
      ]),
    ),
);

/** All answers of one language that are always the same. */
const known: readonly (readonly string[])[] = languages.map((lang) => [
  ...[...faq[lang].values()].map(({ answer }) => answer),
  ...small[lang].map(({ answer }) => answer),
  unknown[lang].answer,
]);

/** Where an answer that is always the same parts from another of its language: there, and nowhere else, it is chosen. */
const partings = new Map<string, readonly number[]>(
  known.flatMap((answers) =>
    answers.map((answer) => [
      answer,
      [...new Set(answers.filter((other) => other !== answer).map((other) => sharedLength(answer, other)))],
    ]),
  ),
);

/** Undefined for an answer that is not always the same. */
export const choicesIn = (answer: string): readonly number[] | undefined => partings.get(answer);

function sharedLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

/** The last phrase of a list is the held-out one; training sees the others. */
function phrasing(context: ValueContext, list: readonly string[]): string {
  return context.split === "test" ? list[list.length - 1]! : context.rng.pick(list.slice(0, -1));
}

const greetings: Record<Language, readonly string[]> = {
  en: ["Hi, ", "Hello! ", "Question: ", "One question: ", "Please tell me: ", "Hey, "],
  fr: ["Bonjour, ", "Salut ! ", "Question : ", "Une question : ", "Dis-moi : "],
  es: ["Hola, ", "¡Hola! ", "Pregunta: ", "Una pregunta: ", "Dime: "],
  de: ["Hallo, ", "Guten Tag! ", "Frage: ", "Eine Frage: ", "Sag mal: "],
  it: ["Ciao, ", "Salve! ", "Domanda: ", "Una domanda: ", "Dimmi: "],
};

/** Two neighbouring letters change places, or one is lost: people type fast. */
function slip(context: ValueContext, text: string): string {
  const at = context.rng.int(1, Math.max(1, text.length - 3));
  const [a, b] = [text.charAt(at), text.charAt(at + 1)];
  if (!/\p{L}/u.test(a) || !/\p{L}/u.test(b)) return text;
  return text.slice(0, at) + (context.rng.chance(0.5) ? b + a : b) + text.slice(at + 2);
}

/** A short word of a long text left out now and then: what is meant can still be read from those that remain. */
export function loosened(context: ValueContext, text: string): string {
  const { rng, split } = context;
  if (split === "test" || !rng.chance(0.12)) return text;
  const words = text.split(" ");
  const light = [...words.keys()].filter((at) => /^\p{Ll}{1,4}$/u.test(words[at]!));
  if (words.length < 5 || light.length === 0) return text;
  words.splice(rng.pick(light), 1);
  return words.join(" ");
}

/** Casing, punctuation, greetings and slips vary as people type. */
function typed(context: ValueContext, lang: Language, text: string): string {
  const { rng, split } = context;
  text = loosened(context, text);
  if (rng.chance(0.15)) text = text.charAt(0).toLowerCase() + text.slice(1);
  else if (rng.chance(0.05)) text = text.toLowerCase();
  if (rng.chance(0.15)) text = text.replace(/ ?[?!.]$/, "").replace(/^[¿¡]/, "");
  else if (!/[?!.]$/.test(text) && rng.chance(0.3)) text += rng.pick([".", "!", "?"]);
  if (split === "train" && rng.chance(0.1)) text = rng.pick(greetings[lang]) + text;
  if (split === "train" && text.length > 15 && rng.chance(0.06)) text = slip(context, text);
  return text;
}

export interface Asked {
  ask: string;
  answer: string;
}

export const faqExchange = (context: ValueContext, lang: Language): Asked => faqInTwo(context, lang, lang);

export const faqIds: readonly string[] = [...faq.en.keys()];

/** A question of the FAQ in one language, and in another the same question or its answer. */
export function faqPair(
  context: ValueContext,
  id: string,
  { from, to, wantsAnswer }: { from: Language; to: Language; wantsAnswer: boolean },
): { a: string; b: string; group: string } {
  const b = wantsAnswer ? faq[to].get(id)!.answer : typed(context, to, faqQuestion(context, to, id));
  return { a: typed(context, from, faqQuestion(context, from, id)), b, group: `faq ${id}` };
}

/** A question in one language whose answer is wanted in another. */
export function faqInTwo(context: ValueContext, lang: Language, answerLang: Language): Asked {
  const id = context.rng.pick([...faq[lang].keys()]);
  const { answer } = faq[answerLang].get(id)!;
  return { ask: typed(context, lang, faqQuestion(context, lang, id)), answer };
}

function faqQuestion(context: ValueContext, lang: Language, id: string): string {
  const { rng, split } = context;
  const { phrases, more } = faq[lang].get(id)!;
  const text = split === "train" && rng.chance(0.7) ? rng.pick(rng.pick(more)) : phrasing(context, phrases);
  // A held-out phrase keeps a known wording around it half of the time: two ways of being new.
  const lead = (list: readonly string[]): string =>
    split === "test" && rng.chance(0.5) ? list[list.length - 1]! : rng.pick(list.slice(0, -1));
  if (text.startsWith("~")) return lead(how[lang]).replace("{}", text.slice(1));
  return text.startsWith("=") ? lead(what[lang]).replace("{}", text.slice(1)) : text;
}

export function smallTalkExchange(context: ValueContext, lang: Language): Asked {
  const exchange = context.rng.pick(small[lang]);
  const { rng, split } = context;
  const ask =
    split === "train" && rng.chance(0.6) ? rng.pick(rng.pick(exchange.more)) : phrasing(context, exchange.ask);
  return { ask: typed(context, lang, ask), answer: exchange.answer };
}

/** Words that a question about the platform may be about are not beyond the model. */
const platformWords = new Set(["server", "model", "token", "request", "budget", "team", "price"]);
const worldlyWords = plainWords.filter((word) => !platformWords.has(word));

/**
 * A question beyond the model: about the world, about an invented thing, about a person. In training some are asked just
 * as questions about the platform are, so that the words of the lead alone decide nothing.
 */
export function unknownExchange(context: ValueContext, lang: Language): Asked {
  const { rng, split } = context;
  const { ask, subjects, doings, answer } = unknown[lang];
  const likePlatform = split === "train" && rng.chance(0.25);
  if (likePlatform && rng.chance(0.5)) {
    const text = rng.pick(how[lang].slice(0, -1)).replace("{}", rng.pick(doings));
    return { ask: typed(context, lang, text), answer };
  }
  const subject = rng.weighted([
    [phrasing(context, subjects), 6],
    [rng.pick(subjects.slice(0, -1)), 2],
    [rng.pick(worldlyWords), 3],
    [inventedWord(context), 2],
    [personName(context), 2],
  ]);
  const text = rng.pick(likePlatform ? what[lang].slice(0, -1) : ask).replaceAll("{}", subject);
  return { ask: typed(context, lang, text), answer };
}

export function chatExchange(context: ValueContext, lang: Language): Asked {
  return context.rng.weighted([
    [faqExchange, 5],
    [smallTalkExchange, 3],
    [unknownExchange, 2],
  ])(context, lang);
}

/** One to three turns of small talk, identity, honest ignorance; `faq` asks about the platform only. */
export function chatSample(context: ValueContext, lang: Language, kind: "chat" | "faq"): Sample {
  const { rng } = context;
  const next = (): Asked =>
    kind === "faq"
      ? faqExchange(context, lang)
      : rng.weighted([
          [smallTalkExchange, 6],
          [unknownExchange, 3],
        ])(context, lang);
  const messages: Message[] = [];
  if (rng.chance(0.25)) messages.push({ role: "system", content: rng.pick(systemPrompts[lang]) });
  const turns =
    context.split === "test"
      ? 1
      : rng.weighted([
          [1, 6],
          [2, 2],
          [3, 1],
        ]);
  for (let i = 1; i < turns; i++) {
    const earlier = chatExchange(context, lang);
    messages.push({ role: "user", content: earlier.ask }, { role: "assistant", content: earlier.answer });
  }
  const last = next();
  messages.push({ role: "user", content: last.ask });
  return { skill: kind, lang, messages, answer: last.answer, trainAll: true };
}
