import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { generate, lengths, makers, mixes } from "./generate.ts";
import { createRng } from "./random.ts";
import { render, tokenize } from "./render.ts";
import { isHeldOut, languages, type Sample, type Split } from "./sample.ts";
import { firstNames } from "./text/names.ts";
import { Tokenizer, type Piece } from "./tokenizer.ts";

const tokenizer = new Tokenizer(JSON.parse(readFileSync(new URL("../vocab.json", import.meta.url), "utf8")) as Piece[]);
const draw = (split: Split, count: number): Sample[] => {
  const rng = createRng(3);
  return Array.from({ length: count }, () => generate({ rng, split, mix: mixes.main }));
};

test("the same seed gives the same samples", () => {
  expect(draw("train", 50)).toEqual(draw("train", 50));
});

test("no slot is left unfilled", () => {
  for (const sample of [...draw("train", 300), ...draw("test", 300)])
    for (const message of sample.messages) expect(message.content).not.toMatch(/\{[a-z]?\}(?!\})/);
});

test.each(Object.keys(makers))("%s: every language makes samples whose answer is learnt whole", (kind) => {
  const rng = createRng(5);
  for (const lang of languages) {
    const sample = makers[kind]!({ rng, split: "train" }, lang);
    const { ids, mask } = tokenize(render(sample, true), tokenizer);
    expect(ids.length).toBe(mask.length);
    expect(mask.at(-1)).toBe(1);
    expect(mask[0]).toBe(0);
  }
});

test("held-out names stay out of training and make up the tests", () => {
  const names = firstNames.filter((name) => name.length > 4 && isHeldOut(name));
  expect(names.length).toBeGreaterThan(5);
  const text = (split: Split): string =>
    JSON.stringify(draw(split, 700).filter((sample) => sample.skill === "tools" || sample.skill === "needle"));
  const [train, held] = [text("train"), text("test")];
  expect(names.filter((name) => new RegExp(`\\b${name}\\b`).test(train))).toEqual([]);
  expect(names.some((name) => held.includes(name))).toBe(true);
});

test("the tools stand before the last user message and the system text at its head", () => {
  const parts = render(
    {
      skill: "tools",
      lang: "en",
      tools: [{ type: "function", function: { name: "f", parameters: {} } }],
      messages: [
        { role: "system", content: "S" },
        { role: "user", content: "one" },
        { role: "assistant", content: "1" },
        { role: "user", content: "two" },
      ],
      answer: [{ name: "f", arguments: { a: 1 } }],
    },
    true,
  );
  expect(parts.map((part) => ("control" in part ? part.control : part.text)).join("|")).toBe(
    '<s>|[INST]|one|[/INST]|1|</s>|[AVAILABLE_TOOLS]|[{"type": "function", "function": {"name": "f", "parameters": {}}}]|[/AVAILABLE_TOOLS]|[INST]|S\n\ntwo|[/INST]|[TOOL_CALLS]|[{"name": "f", "arguments": {"a": 1}}]|</s>',
  );
});

test("the lengths that mixes are told by are those of the samples", () => {
  for (const [kind, length] of Object.entries(lengths)) {
    const rng = createRng(9);
    let tokens = 0;
    for (let i = 0; i < 200; i++) {
      const sample = makers[kind]!({ rng, split: "train" }, rng.pick(languages));
      tokens += tokenize(render(sample, true), tokenizer).ids.length;
    }
    expect(tokens / 200 / length, kind).toBeGreaterThan(0.75);
    expect(tokens / 200 / length, kind).toBeLessThan(1.3);
  }
});

test("an answer that is always the same is chosen where it parts from others, and there alone", () => {
  const answer = "Set stream to true. The answer then arrives piece by piece.";
  const messages: Sample["messages"] = [{ role: "user", content: "How do I stream?" }];
  const { ids, mask } = tokenize(render({ skill: "faq", lang: "en", messages, answer }, true), tokenizer);
  const heavy = ids.filter((_, i) => mask[i]! > 1).map((id) => tokenizer.pieces[id]!.text);
  expect(heavy.join("")).toMatch(/^▁?Se?t?/);
  expect(heavy.join("")).toContain("st");
  expect(heavy.length).toBeLessThan(8);
});

test("the chance id of a past call is not learnt", () => {
  const rng = createRng(4);
  const sample = makers["tool-result"]!({ rng, split: "train" }, "en");
  const { ids, mask } = tokenize(render({ ...sample, trainAll: true }, true), tokenizer);
  const learnt = tokenizer.decode(
    ids.filter((_, i) => mask[i]! > 0),
    true,
  );
  const past = sample.messages.flatMap((m) => (m.role === "assistant" ? (m.toolCalls ?? []) : []));
  expect(past.length).toBeGreaterThan(0);
  for (const call of past) {
    expect(learnt).toContain(call.name);
    expect(learnt).not.toContain(call.id);
  }
});

test("what is said in several languages is answered in one of them", () => {
  const answers = new Map<string, Set<string>>();
  const rng = createRng(12);
  for (let i = 0; i < 20_000; i++) {
    const { messages, answer } = makers["faq"]!({ rng, split: "train" }, rng.pick(languages));
    const asked = messages.at(-1)!.content.toLowerCase().trim();
    if (/^(http \d+|429 too many requests|401 unauthorized|codestral|fine-tuning|base url)\??$/.test(asked))
      answers.set(asked, (answers.get(asked) ?? new Set()).add(JSON.stringify(answer)));
  }
  expect(answers.size).toBeGreaterThan(3);
  for (const [asked, given] of answers) expect(given.size, asked).toBe(1);
});

test.each([
  ['{"name": "Ann", "count": 3, "tags": ["x", "y"]}', ["Ann", "3", "x"]],
  ["- bread\n- tea", ["bread", "tea"]],
  ["1. bread\n2. tea", ["bread", "tea"]],
  ["bread; tea", ["bread", "tea"]],
  ['["bread", "tea"]', ["bread", "tea"]],
  ["Le pays de Luca est Belgium.", ["Belgium"]],
])("%s: every value counts for more where it begins", (answer, values) => {
  const { ids, mask } = tokenize(render({ skill: "format", lang: "en", messages: [], answer }, true), tokenizer);
  const text = (id: number): string => tokenizer.pieces[id]!.text.replace("▁", "");
  const heavy = ids.filter((_, i) => mask[i]! > 1).map(text);
  for (const value of values)
    expect(
      heavy.some((piece) => piece !== "" && value.startsWith(piece)),
      value,
    ).toBe(true);
});
