import { expect, test } from "vitest";
import { CoreHarness } from "./core-harness.ts";
import { GREEDY } from "./generation.ts";

test("a prompt is answered until the model ends its turn", () => {
  const harness = new CoreHarness();
  harness.submit(1, "Repeat: café at night");
  harness.drain();
  expect(harness.text(1)).toBe("café at night");
  expect(harness.finish(1)).toMatchObject({ reason: "stop", completionTokens: 8 });
  expect(harness.events(1)[0]).toEqual({ type: "started", promptTokens: 18, cachedTokens: 0 });
});

test("text arrives in whole code points, and its tokens add up", () => {
  const harness = new CoreHarness({}, { draftTokens: 0 });
  harness.submit(1, "Repeat: 🚀é漢");
  harness.drain();
  const pieces = harness.events(1).filter((event) => event.type === "text");
  expect(pieces.map((piece) => piece.text)).toEqual(["🚀", "é", "漢"]);
  expect(pieces.map((piece) => piece.tokens)).toEqual([4, 2, 3]);
});

test("a long prompt says how far it is, pass by pass, and a short one nothing", () => {
  const harness = new CoreHarness({}, { prefillTokens: 8 });
  harness.submit(1, "Repeat: it takes several passes");
  harness.drain();
  const said = harness.events(1).flatMap((event) => (event.type === "prefilled" ? [event.tokens] : []));
  const { promptTokens } = harness.events(1)[0] as { promptTokens: number };
  expect(said.length).toBeGreaterThan(2);
  expect(said).toEqual(said.toSorted((a, b) => a - b));
  expect(said.at(-1)).toBeLessThan(promptTokens);
  const short = new CoreHarness();
  short.submit(1, "Repeat: x");
  short.drain();
  expect(short.events(1).map((event) => event.type)).not.toContain("prefilled");
});

test("a control token that ends no turn is an event, never text", () => {
  const harness = new CoreHarness();
  harness.submit(1, "Repeat: a[TOOL_CALLS]b");
  harness.drain();
  expect(harness.text(1)).toBe("ab");
  expect(harness.events(1).map((event) => event.type)).toEqual(["started", "text", "control", "text", "finished"]);
});

test("generation ends before a stop text that spans tokens, and what may begin one is held back", () => {
  const harness = new CoreHarness();
  harness.submit(1, "Repeat: one END two", { stop: ["END"] });
  harness.submit(2, "Repeat: one EN", { stop: ["END"] });
  harness.drain();
  expect(harness.text(1)).toBe("one ");
  expect(harness.finish(1)?.reason).toBe("stop");
  expect(harness.text(2)).toBe("one EN");
});

test("maxTokens ends a choice with length, the end of the window with context", () => {
  const harness = new CoreHarness({ contextTokens: 32 });
  harness.submit(1, "Hello", { maxTokens: 3 });
  harness.submit(2, "Hello", { minTokens: 100 });
  harness.drain();
  expect(harness.finish(1)).toMatchObject({ reason: "length", completionTokens: 3 });
  expect(harness.finish(2)).toMatchObject({ reason: "context", completionTokens: 32 - 8 });
});

test("a prompt that leaves no room for an answer is refused with both numbers", () => {
  const harness = new CoreHarness({ contextTokens: 32 });
  harness.submit(1, "x".repeat(40));
  harness.drain();
  const [refusal] = harness.outputs;
  expect(refusal).toMatchObject({
    id: 1,
    error: { code: "prompt_too_long", details: { promptTokens: 43, contextTokens: 32 } },
  });
});

test("choices share the computed prompt and draw differently", () => {
  const harness = new CoreHarness();
  harness.submit(1, "Hello", { choices: 3, sampling: { ...GREEDY, temperature: 1 } });
  harness.drain();
  const texts = [0, 1, 2].map((choice) => harness.text(1, choice));
  expect(new Set(texts).size).toBe(3);
  expect(harness.events(1).filter((event) => event.type === "started")).toHaveLength(1);
});

test("a cancelled request frees its cells and says nothing more", () => {
  const harness = new CoreHarness({}, { coldBytes: 0 });
  harness.submit(1, "Hello");
  harness.step();
  harness.core.cancel(1);
  const before = harness.outputs.length;
  harness.drain();
  expect(harness.outputs).toHaveLength(before);
  expect(harness.core.status()).toMatchObject({ runningSequences: 0, sequencesAtOnce: 16, waitingRequests: 0 });
});
