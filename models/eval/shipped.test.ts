import { describe, expect, test } from "vitest";
import { askEngine, withModelFile } from "./engine-client.ts";
import { parseAnswer } from "./parse-answer.ts";
import { makeCases, tasks, type Case } from "./tasks.ts";

/** Two cases per task and language of four tasks: 40 in all, always the same. */
const sampled = ["tool choice", "JSON extraction", "FAQ, unseen paraphrase", "language of the answer"];
const cases = makeCases(
  { each: 2, seed: 11, split: "test" },
  tasks.filter(({ name }) => sampled.includes(name)),
);

const file = (model: string): string => new URL(`../${model}.gguf`, import.meta.url).pathname;

async function rightOnes(model: string): Promise<Case[]> {
  return withModelFile({ path: file(model) }, async (loaded) => {
    const right: Case[] = [];
    for (const { task, sample } of cases) {
      const answer = parseAnswer(await askEngine(loaded, sample));
      if (task.score(sample, answer)) right.push({ task, sample });
    }
    return right;
  });
}

describe("the shipped models, on a sample of the held-out cases", () => {
  test.each([
    ["tramontane-small", 20],
    ["tramontane-large", 24],
  ])(
    "%s is right on at least %i of 40",
    async (model, floor) => {
      expect((await rightOnes(model)).length).toBeGreaterThanOrEqual(floor);
    },
    180_000,
  );
});
