import { expect, test } from "vitest";
import type { BackendLimits } from "./backend/backend.ts";
import { CoreHarness } from "./core-harness.ts";
import type { CoreOptions } from "./core.ts";

const LONG = "the river keeps its old road down to the sea and ".repeat(6);

/** Records which sequences each pass had rows of. */
function watch(limits: Partial<BackendLimits>, options: Partial<CoreOptions> = {}) {
  const harness = new CoreHarness(limits, { draftTokens: 0, ...options });
  const passes: number[][] = [];
  const decode = harness.backend.decode.bind(harness.backend);
  harness.backend.decode = (batch) => {
    passes.push([...batch.sequences.subarray(0, batch.length)]);
    return decode(batch);
  };
  return { harness, passes };
}

const startedAt = (harness: CoreHarness, id: number) =>
  harness.outputs.findIndex((output) => output.id === id && "event" in output && output.event.type === "started");

test("eight requests that begin alike compute their beginning once", () => {
  const { harness, passes } = watch({});
  for (let id = 0; id < 8; id++) harness.submit(id, `${LONG} now say ${id}`, { maxTokens: 1 });
  harness.drain();
  const prompt = harness.turn(`${LONG} now say 0`).length;
  expect(prompt).toBeGreaterThan(60);
  expect(passes.flat().length).toBeLessThan(prompt + 8 * 10);
  expect(harness.core.status().cachedPromptTokens).toBeGreaterThan(7 * (prompt - 10));
});

test("who waits for a prefix goes on when the one computing it is cancelled", () => {
  const harness = new CoreHarness({}, { prefillTokens: 64, draftTokens: 0 });
  harness.submit(1, `${LONG.repeat(2)} one`);
  harness.submit(2, `${LONG.repeat(2)} two`, { maxTokens: 5 });
  harness.step();
  expect(startedAt(harness, 2)).toBe(-1);
  harness.core.cancel(1);
  harness.drain();
  expect(harness.finish(2)?.completionTokens).toBe(5);
  expect(harness.events(2)[0]).toMatchObject({ cachedTokens: 64 });
});

test("a caller with one request does not wait behind another's twenty", () => {
  const harness = new CoreHarness({}, { runningSequences: 2 });
  for (let id = 0; id < 20; id++) harness.submit(id, `Hello ${id}`, { caller: "many" });
  harness.step();
  harness.submit(100, "Hello", { caller: "one" });
  harness.drain();
  const before = Array.from({ length: 20 }, (_, id) => id).filter(
    (id) => startedAt(harness, id) < startedAt(harness, 100),
  );
  expect(before.length).toBeLessThanOrEqual(2);
});

test("an interactive request takes the place of a batch request, which then says the same as ever", () => {
  const run = (isDisturbed: boolean) => {
    const harness = new CoreHarness({}, { runningSequences: 1 });
    harness.submit(1, "Hello", { priority: 10 });
    for (let step = 0; step < 5; step++) harness.step();
    if (isDisturbed) harness.submit(2, "Repeat: at once", { priority: 0 });
    harness.drain();
    return harness;
  };
  const harness = run(true);
  expect(harness.core.status().preemptions).toBe(1);
  const lastOf = (id: number) => harness.outputs.findLastIndex((output) => output.id === id);
  expect(lastOf(2)).toBeLessThan(lastOf(1));
  expect(harness.text(1)).toBe(run(false).text(1));
});

test("whoever waits for first words shares no pass with a batch, which then goes on", () => {
  const { harness, passes } = watch({});
  for (let id = 0; id < 3; id++) harness.submit(id, `Hello ${id}`, { priority: 10, maxTokens: 40 });
  for (let step = 0; step < 5; step++) harness.step();
  harness.submit(9, LONG, { priority: 0, maxTokens: 3 });
  passes.length = 0;
  harness.drain();
  const widths = passes.map((pass) => new Set(pass).size);
  expect(widths[0]).toBe(1);
  expect(widths[widths.findIndex((width) => width > 1)]).toBe(4);
  for (let id = 0; id < 3; id++) expect(harness.finish(id)).toBeDefined();
});

test("when cells run out the last in line waits, and every answer is what it would have been", () => {
  const run = (cells: number) => {
    const harness = new CoreHarness({ cells, contextTokens: 64 }, { coldBytes: 0 });
    for (let id = 0; id < 4; id++) harness.submit(id, `Hello number ${id}`, { minTokens: 20 });
    harness.drain();
    return harness;
  };
  const [tight, roomy] = [run(110), run(4000)];
  expect(tight.core.status().preemptions).toBeGreaterThan(0);
  for (let id = 0; id < 4; id++) expect(tight.text(id)).toBe(roomy.text(id));
});

test("a long prompt does not silence those who speak", () => {
  const harness = new CoreHarness({}, { prefillTokens: 64, draftTokens: 0 });
  harness.submit(1, "Hello", { minTokens: 30 });
  harness.step();
  harness.submit(2, LONG.repeat(4), { maxTokens: 1 });
  while (harness.finish(2) === undefined) {
    const before = harness.events(1).length;
    harness.step();
    if (harness.finish(1) === undefined) expect(harness.events(1).length).toBe(before + 1);
  }
});

test("the next turn of a conversation computes only what is new", () => {
  const harness = new CoreHarness();
  harness.submit(1, "Repeat: good morning");
  harness.drain();
  const first = harness.turn("Repeat: good morning");
  const answer = harness.backend.vocabulary.tokenize("good morning");
  const second = Int32Array.from([...first, ...answer, 2, ...harness.turn("Repeat: good night").slice(1)]);
  harness.submit(2, second);
  harness.drain();
  expect(harness.text(2)).toBe("good night");
  expect(harness.events(2)[0]).toMatchObject({ cachedTokens: first.length + answer.length });
});

test("a prefix moved out of the cache comes back when it is asked for", () => {
  const harness = new CoreHarness({ cells: 160, contextTokens: 150 }, { coldBytes: 1e6 });
  harness.submit(1, LONG, { maxTokens: 1 });
  harness.drain();
  for (let id = 2; id < 5; id++) {
    harness.submit(id, `${id} ${LONG}`, { maxTokens: 1 });
    harness.drain();
  }
  expect(harness.core.status().coldBytes).toBeGreaterThan(0);
  harness.submit(9, LONG, { maxTokens: 1 });
  harness.drain();
  expect(harness.events(9)[0]).toMatchObject({ cachedTokens: harness.turn(LONG).length - 1 });
});

test("idle prefixes leave a shared cache that others pay for", () => {
  const harness = new CoreHarness({}, { idleCells: 50, coldBytes: 1e6 });
  for (let id = 0; id < 4; id++) harness.submit(id, `${id} ${LONG}`, { maxTokens: 1 });
  harness.drain();
  harness.submit(9, "Hello");
  harness.step();
  expect(harness.core.status().cacheTokensUsed).toBeLessThanOrEqual(50 + harness.turn("Hello").length);
});

test("sequences of a separate cache decode side by side, whoever left between them", () => {
  const { harness, passes } = watch({ layout: "separate", cells: 8 * 128, sequences: 8, contextTokens: 128 });
  for (let id = 0; id < 6; id++) harness.submit(id, `Hello ${id}`, { minTokens: 40, maxTokens: id % 2 === 0 ? 40 : 3 });
  harness.drain();
  for (const sequences of passes) {
    const distinct = [...new Set(sequences)];
    expect(distinct.at(-1)! - distinct[0]!).toBe(distinct.length - 1);
    expect(distinct).toEqual(distinct.toSorted((a, b) => a - b));
  }
  for (const id of [0, 2, 4]) expect(harness.finish(id)?.completionTokens).toBe(40);
});

test("requests beyond the queue are refused as overload, and the queue drains", () => {
  const harness = new CoreHarness({}, { waitingRequests: 2, runningSequences: 1 });
  for (let id = 0; id < 4; id++) harness.submit(id, `Hello ${id}`);
  harness.drain();
  expect([0, 1, 2, 3].map((id) => harness.error(id))).toEqual([undefined, undefined, "overloaded", "overloaded"]);
});

test("requests under different adapters take turns, and none reads the other's cache", () => {
  const harness = new CoreHarness();
  for (const [id, adapter] of [undefined, "formal", undefined, "formal"].entries())
    harness.submit(id, "Hello", { adapter });
  harness.drain();
  expect(harness.text(0)).toBe(harness.text(2));
  expect(harness.text(1)).toBe(harness.text(3));
  expect(harness.text(0)).not.toBe(harness.text(1));
});

test("a pass that was aborted is done again", () => {
  const harness = new CoreHarness();
  const decode = harness.backend.decode.bind(harness.backend);
  let calls = 0;
  harness.backend.decode = (batch) => (++calls % 3 === 0 ? "aborted" : decode(batch));
  harness.submit(1, "Repeat: still here");
  harness.drain();
  expect(harness.text(1)).toBe("still here");
});
