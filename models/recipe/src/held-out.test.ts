import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { makeCases } from "../../eval/tasks.ts";
import { generate, mixes } from "./generate.ts";
import { createRng } from "./random.ts";
import { isHeldOut, languages, type Language } from "./sample.ts";
import { things, verbs } from "./text/actions.ts";
import { alternatives } from "./text/alternatives.ts";
import { faqDe } from "./text/faq-de.ts";
import { faqEn } from "./text/faq-en.ts";
import { faqEs } from "./text/faq-es.ts";
import { faqFr } from "./text/faq-fr.ts";
import { faqIt } from "./text/faq-it.ts";
import { moreFaqDe } from "./text/faq-more-de.ts";
import { moreFaqEn } from "./text/faq-more-en.ts";
import { moreFaqEs } from "./text/faq-more-es.ts";
import { moreFaqFr } from "./text/faq-more-fr.ts";
import { moreFaqIt } from "./text/faq-more-it.ts";
import { how, what } from "./text/faq-leads.ts";
import * as names from "./text/names.ts";
import { moreDeskSays } from "./text/says-desk.ts";
import { morePolicySays } from "./text/says-policy.ts";
import { smallTalk } from "./text/small-talk.ts";
import { moreSmallTalk } from "./text/small-talk-more.ts";
import type { Topic } from "./text/topic.ts";
import { wordsOf } from "./text/topic-words.ts";
import { topics } from "./text/topics.ts";

/** What training reads, as one text per kind of sample. */
const rng = createRng(77);
const training = Array.from({ length: 4000 }, () => generate({ rng, split: "train", mix: mixes.whole }));
const cases = makeCases({ each: 12, seed: 5, split: "test" });

const normal = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\d]+/gu, " ")
    .trim();
const rows = (text: string): string[][] =>
  text
    .trim()
    .split("\n")
    .map((line) => line.split(" | "));

const choices = (text: string): Map<string, string[]> =>
  new Map(rows(text).map(([id, ...phrases]) => [id!, phrases.flatMap(alternatives)]));

test("a person, city, country or company of the tests is never written in training", () => {
  const held = [...names.firstNames, ...names.lastNames, ...names.cities, ...names.countries].filter(
    (name) => name.length > 5 && isHeldOut(name),
  );
  expect(held.length).toBeGreaterThan(20);
  const copied = training.filter(({ skill }) => ["tools", "extract", "needle", "tool-result"].includes(skill));
  const words = new Set(JSON.stringify(copied).match(/\p{L}[\p{L}'’]*/gu));
  expect(held.filter((name) => words.has(name))).toEqual([]);
  const asked = JSON.stringify(cases);
  expect(held.filter((name) => asked.includes(name)).length).toBeGreaterThan(5);
});

test("a verb and thing that name a tool of the tests never name one in training", () => {
  const named = (verb: string, thing: string): string[] => [`${verb}_${thing}`, `${thing}_${verb}`];
  const held = verbs.flatMap((verb) =>
    things
      .filter((thing) => isHeldOut(`${verb.code[0]}/${thing.code}`))
      .flatMap((thing) => verb.code.flatMap((code) => named(code, thing.code))),
  );
  const offered = new Set(training.flatMap(({ tools }) => tools?.map((tool) => tool.function.name) ?? []));
  expect(held.filter((name) => offered.has(name))).toEqual([]);
  const tested = new Set(cases.flatMap(({ sample }) => sample.tools?.map((tool) => tool.function.name) ?? []));
  expect(held.some((name) => tested.has(name))).toBe(true);
});

test("the held-out wording of a question about the platform is not among those for training", () => {
  const texts = [
    [faqEn, moreFaqEn],
    [faqFr, moreFaqFr],
    [faqEs, moreFaqEs],
    [faqDe, moreFaqDe],
    [faqIt, moreFaqIt],
  ] as const;
  texts.forEach(([text, moreText], at) => {
    const lang = languages[at]!;
    // As a stranger would read it: "=the port" may be asked as "What is the port?".
    const asked = (phrase: string): string[] => {
      const leads = phrase.startsWith("~") ? how[lang] : phrase.startsWith("=") ? what[lang] : ["{}"];
      return leads.map((lead) => normal(lead.replace("{}", phrase.replace(/^[~=]/, ""))));
    };
    const more = choices(moreText);
    for (const [id, , ...phrases] of rows(text)) {
      const held = new Set(asked(phrases.at(-1)!));
      const learnt = [...phrases.slice(0, -1), ...more.get(id!)!];
      expect(
        learnt.filter((phrase) => asked(phrase).some((question) => held.has(question))),
        `${lang} ${id}`,
      ).toEqual([]);
    }
  });
});

test("the held-out wording of small talk is not among those for training", () => {
  const more = choices(moreSmallTalk);
  for (const [id, , ...phrases] of rows(smallTalk)) {
    const learnt = [...phrases.slice(0, -1), ...more.get(id!)!].map(normal);
    expect(
      learnt.filter((phrase) => phrase === normal(phrases.at(-1)!)),
      id,
    ).toEqual([]);
  }
});

/** Every so many words in a row. */
function runs(text: string, length: number): string[] {
  const words = normal(text).split(" ");
  return words.flatMap((_, i) => (i + length <= words.length ? [words.slice(i, i + length).join(" ")] : []));
}
const more = { ...morePolicySays, ...moreDeskSays };
const learntSays = (topic: Topic, lang: Language): string[] =>
  [...topic.says[lang].slice(0, -1), ...(more[topic.labels[0]!]?.[languages.indexOf(lang)]?.split("|") ?? [])]
    .flatMap(alternatives)
    .concat(wordsOf(topic, lang));

test("the messages of a topic share no four words in a row with the held-out one", () => {
  for (const topic of topics)
    for (const lang of languages) {
      const held = topic.says[lang].at(-1)!;
      const near = new Set(runs(held, 4));
      expect(
        learntSays(topic, lang).filter(
          (say) => normal(say) === normal(held) || runs(say, 4).some((run) => near.has(run)),
        ),
        `${topic.labels[0]} ${lang}`,
      ).toEqual([]);
    }
});

test("no topic has five words in a row from the texts that policies are measured by", () => {
  const source = readFileSync(new URL("../../../bench/policy/cases.ts", import.meta.url), "utf8");
  const measured = new Set([...source.matchAll(/"([^"]+)"/g)].flatMap(([, text]) => runs(text!, 5)));
  expect(measured.size).toBeGreaterThan(200);
  const learnt = topics.flatMap((topic) =>
    languages.flatMap((lang) => [...topic.rules[lang], ...learntSays(topic, lang)]),
  );
  expect(learnt.filter((text) => runs(text, 5).some((run) => measured.has(run)))).toEqual([]);
});

test("a label, a rule and a message belong to one topic", () => {
  const owners = new Map<string, string[]>();
  for (const topic of topics) {
    const own = [...topic.labels, ...languages.flatMap((lang) => [...topic.rules[lang], ...topic.says[lang]])];
    for (const text of new Set(own.flatMap(alternatives).map(normal)))
      owners.set(text, [...(owners.get(text) ?? []), topic.labels[0]!]);
  }
  expect([...owners].filter(([, of]) => of.length > 1)).toEqual([]);
});

test("a word of a topic is of no other, and not in the message that is held out", () => {
  for (const lang of languages) {
    const owners = new Map<string, string[]>();
    for (const topic of topics) {
      const words = wordsOf(topic, lang);
      expect(words.length, `${topic.labels[0]} ${lang}`).toBeGreaterThanOrEqual(5);
      for (const word of words) owners.set(normal(word), [...(owners.get(normal(word)) ?? []), topic.labels[0]!]);
    }
    expect([...owners].filter(([, of]) => of.length > 1)).toEqual([]);
  }
});

test("every topic is described in every language, with labels that are written once", () => {
  for (const topic of topics)
    for (const lang of languages) {
      expect(topic.rules[lang].length, `${topic.labels[0]} ${lang}`).toBeGreaterThanOrEqual(2);
      expect(topic.says[lang].length, `${topic.labels[0]} ${lang}`).toBeGreaterThanOrEqual(4);
      expect(alternatives(topic.says[lang].at(-1)!)).toHaveLength(1);
    }
});
