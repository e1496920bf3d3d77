import { expect, test } from "vitest";
import { scoreLabels } from "./label-scores.ts";
import type { AskLabels, Candidate, Step } from "./label-scores.ts";

/** A model as a table: what it thinks comes next after each beginning. */
type Language = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Draws the likeliest token that the labels allow, as the engine does, and reports the model's own distribution. */
function modelOf(language: Language): { ask: AskLabels; questions: (readonly string[])[] } {
  const questions: (readonly string[])[] = [];
  const ids = new Map<string, number>();
  const candidate = (text: string, probability: number): Candidate => ({
    token: ids.get(text) ?? (ids.set(text, ids.size), ids.get(text)!),
    bytes: Buffer.from(text),
    logprob: Math.log(probability),
  });
  async function* ask(labels: readonly string[]): AsyncGenerator<Step> {
    questions.push(labels);
    for (let path = ""; ;) {
      const next = Object.entries(language[path] ?? {});
      const isAllowed = (text: string) =>
        text === "" ? labels.includes(path.trimStart()) : labels.some((it) => it.startsWith((path + text).trimStart()));
      const [drawn] = next.filter(([text]) => isAllowed(text)).toSorted((a, b) => b[1] - a[1]);
      // The end of the answer is no text.
      if (drawn === undefined || drawn[0] === "") return;
      yield [candidate(...drawn), ...next.map(([text, probability]) => candidate(text, probability))];
      path += drawn[0];
    }
  }
  return { ask, questions };
}

test("labels of one token get the model's probabilities, the rest left out", async () => {
  const { ask } = modelOf({ "": { "1": 0.3, "2": 0.1, none: 0.4, Hello: 0.2 } });
  const scores = await scoreLabels(["1", "2", "none"], ask);
  expect(scores.get("1")).toBeCloseTo(0.375);
  expect(scores.get("2")).toBeCloseTo(0.125);
  expect(scores.get("none")).toBeCloseTo(0.5);
});

test("a space before the number is followed, though the answer drawn went another way", async () => {
  const { ask, questions } = modelOf({ "": { " ": 0.4, " none": 0.6 }, " ": { "1": 0.75, "2": 0.25 } });
  const scores = await scoreLabels(["1", "2", "none"], ask);
  expect(scores.get("1")).toBeCloseTo(0.3);
  expect(scores.get("2")).toBeCloseTo(0.1);
  expect(scores.get("none")).toBeCloseTo(0.6);
  expect(questions).toEqual([
    ["1", "2", "none"],
    ["1", "2"],
  ]);
});

test("1 and 10 are told apart, whichever of them is drawn", async () => {
  const labels = ["1", "2", "10", "none"];
  for (const ends of [0.9, 0.2]) {
    const { ask } = modelOf({ "": { "1": 0.6, "2": 0.1, none: 0.3 }, "1": { "": ends, "0": 1 - ends } });
    const scores = await scoreLabels(labels, ask);
    expect(scores.get("1")).toBeCloseTo(0.6 * ends);
    expect(scores.get("10")).toBeCloseTo(0.6 * (1 - ends));
    expect(scores.get("2")).toBeCloseTo(0.1);
  }
});

test("a number that is a token of its own takes nothing from its beginning", async () => {
  const { ask } = modelOf({ "": { "1": 0.3, "10": 0.1, none: 0.6 } });
  const scores = await scoreLabels(["1", "10", "none"], ask);
  expect(scores.get("1")).toBeCloseTo(0.3);
  expect(scores.get("10")).toBeCloseTo(0.1);
});

test("an unlikely branch is divided, not asked about", async () => {
  const { ask, questions } = modelOf({ "": { "1": 0.01, none: 0.99 } });
  const scores = await scoreLabels(["1", "10", "none"], ask);
  expect(questions).toHaveLength(1);
  expect(scores.get("1")! + scores.get("10")!).toBeCloseTo(0.01);
});

test("a model that would say something else altogether still ranks the labels", async () => {
  const { ask } = modelOf({ "": { Sure: 0.999_99, "1": 8e-6, none: 2e-6 } });
  const scores = await scoreLabels(["1", "none"], ask);
  expect(scores.get("1")).toBeCloseTo(0.8);
});
