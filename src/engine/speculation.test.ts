import { expect, test } from "vitest";
import { CoreHarness } from "./core-harness.ts";
import { Drafter } from "./speculation.ts";
import { TokenList } from "./token-list.ts";

const NOTHING = new Int32Array(0);
const list = (...tokens: number[]) => new TokenList(Int32Array.from(tokens));
const eager = { most: 4, worthwhile: 0.25, answerStart: 0 };

test("what followed the latest three tokens before is proposed", () => {
  expect([...new Drafter(NOTHING).propose(list(1, 2, 3, 4, 5, 9, 1, 2, 3), eager)]).toEqual([4, 5, 9, 1]);
  expect([...new Drafter(NOTHING).propose(list(1, 2, 3, 4, 5, 9, 7, 2, 3), eager)]).toEqual([]);
});

test("a prediction is proposed from its beginning, and again where the answer returns to it", () => {
  const drafter = new Drafter(Int32Array.of(11, 12, 13, 14, 15, 16));
  const tokens = list(1, 2);
  const options = { ...eager, answerStart: 2 };
  expect([...drafter.propose(tokens, options)]).toEqual([11, 12, 13, 14]);
  tokens.push(99);
  expect([...drafter.propose(tokens, options)]).toEqual([]);
  for (const token of [12, 13, 14]) tokens.push(token);
  expect([...drafter.propose(tokens, options)]).toEqual([15, 16]);
});

test("drafts grow shorter as they are refused, and are tried again later", () => {
  const drafter = new Drafter(NOTHING);
  const tokens = list(1, 2, 3, 4, 5, 1, 2, 3);
  expect(drafter.propose(tokens, eager)).toHaveLength(4);
  for (let round = 0; round < 8; round++) drafter.learn(4, 0);
  expect(drafter.propose(tokens, eager)).toHaveLength(0);
  let steps = 0;
  while (drafter.propose(tokens, eager).length === 0) steps++;
  expect(steps).toBeGreaterThan(10);
  expect(steps).toBeLessThan(200);
});

test("a draft must be surer when more sequences share the pass", () => {
  const drafter = new Drafter(NOTHING);
  const tokens = list(1, 2, 3, 4, 5, 1, 2, 3);
  expect(drafter.propose(tokens, { ...eager, worthwhile: 0.8 }).length).toBeLessThan(2);
});

test("a good prediction saves passes and changes nothing else", () => {
  const run = (prediction: string | undefined) => {
    const harness = new CoreHarness();
    harness.submit(1, "Hello", { prediction });
    harness.drain();
    return { text: harness.text(1), finish: harness.finish(1)!, passes: harness.core.status().passes };
  };
  const plain = run(undefined);
  const predicted = run(plain.text);
  expect(predicted.text).toBe(plain.text);
  expect(predicted.finish.completionTokens).toBe(plain.finish.completionTokens);
  expect(predicted.finish.timings.acceptedTokens).toBeGreaterThan(10);
  expect(predicted.passes).toBeLessThan(plain.passes / 2);
});

test("an answer that repeats its prompt needs few passes", () => {
  const sentence = "the river keeps its old road down to the sea and the light is on the water by the wall";
  const run = (draftTokens: number) => {
    const harness = new CoreHarness({}, { draftTokens });
    harness.submit(1, `Repeat: ${sentence}`);
    harness.drain();
    expect(harness.text(1)).toBe(sentence);
    return harness.core.status().passes;
  };
  expect(run(8)).toBeLessThan(run(0) / 2);
});
