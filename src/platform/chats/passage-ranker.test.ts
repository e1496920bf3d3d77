import { expect, test } from "vitest";
import type { Call } from "../inference/call.ts";
import { PassageRanker } from "./passage-ranker.ts";

/** Knows two meanings: water and money, in whatever words. */
class TwoMeanings {
  readonly model = "two";
  readonly asked: (readonly string[])[] = [];
  embed(texts: readonly string[]) {
    this.asked.push(texts);
    const vectors = texts.map((text) => {
      const isWater = /water|Wasser|wet|river/.test(text);
      const isMoney = /money|Geld|price|bill/.test(text);
      return Float32Array.of(isWater ? 1 : 0, isMoney ? 1 : 0, 0.1);
    });
    return Promise.resolve({ model: this.model, vectors, promptTokens: texts.length });
  }
}

const call = {
  requestId: "r",
  caller: {},
  dialect: "mistral",
  signal: new AbortController().signal,
} as unknown as Call;
const PASSAGES = ["A hall of glass.", "The bill was high.", "Some river flows by.", "Room 4711 is the boiler."];

test("a passage is found by its meaning where no word is shared, and by a rare word where meaning is blind", async () => {
  const ranker = new PassageRanker(new TwoMeanings());
  expect((await ranker.rank(PASSAGES, "Wo ist das Wasser?", call))[0]).toBe(2);
  expect((await ranker.rank(PASSAGES, "4711?", call))[0]).toBe(3);
});

test("every passage has its place, once", async () => {
  const places = await new PassageRanker(new TwoMeanings()).rank(PASSAGES, "money", call);
  expect(places.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3]);
});

test("what was embedded for one question is not embedded for the next", async () => {
  const embedder = new TwoMeanings();
  const ranker = new PassageRanker(embedder);
  await ranker.rank(PASSAGES, "money", call);
  await ranker.rank(PASSAGES, "water", call);
  expect(embedder.asked).toEqual([["money", ...PASSAGES], ["water"]]);
});

test("of very long texts only what shares words is compared by meaning", async () => {
  const embedder = new TwoMeanings();
  const many = Array.from({ length: 2000 }, (_, index) => `Number ${index} of the list`);
  await new PassageRanker(embedder).rank(many, "Number 1234?", call);
  expect(embedder.asked[0]).toHaveLength(1 + 256);
  expect(embedder.asked[0]![1]).toBe("Number 1234 of the list");
});

test("without an embedding model, or with one that fails, words decide; who left is not answered", async () => {
  const none = new PassageRanker({ model: undefined, embed: () => Promise.resolve(undefined) });
  expect((await none.rank(PASSAGES, "boiler", call))[0]).toBe(3);
  const failing = { model: "x", embed: () => Promise.reject(new Error("down")) };
  expect((await new PassageRanker(failing).rank(PASSAGES, "boiler", call))[0]).toBe(3);
  const left = { ...call, signal: AbortSignal.abort(new Error("left")) };
  await expect(new PassageRanker(failing).rank(PASSAGES, "boiler", left)).rejects.toThrow("left");
});
