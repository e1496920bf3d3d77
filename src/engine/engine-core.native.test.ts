import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeRandomModel } from "../../scripts/make-random-model.ts";
import { findBinaryPackage, thisMachine } from "./backend/libllama/binary-package.ts";
import { loadLibllama, silenceNativeLog } from "./backend/libllama/loader.ts";
import { openBackend } from "./backend/libllama/open-backend.ts";
import { CoreHarness, GREEDY } from "./core-harness.ts";

const folder = mkdtempSync(join(tmpdir(), "tramontane-core-"));
const path = join(folder, "micro.gguf");
const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
const libllama = loadLibllama(findBinaryPackage(thisMachine()).folder);

beforeAll(() => {
  silenceNativeLog(libllama);
  writeRandomModel({ path, shape: "micro", type: "q8_0" });
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  expect(libllama.handles.count).toBe(0);
});

const promptOf = (length: number, salt: number) =>
  Int32Array.from({ length }, (_, index) => 260 + ((index * 7919 + salt * 104729) % 200));
const warm = { ...GREEDY, temperature: 0.8, topP: 0.95, seed: 42n };

/** Random weights are the hard case: their likeliest tokens lie close together, so the last bit shows at once. */
test.each([
  ["separate", 1024, 8 * 1024 + 1024],
  ["shared", 512, 2048],
])("%s cells: the same seed and request give the same bytes alone and beside eight others", (layout, window, cells) => {
  using backend = openBackend(libllama, { name: "micro", path, contextTokens: window, cells, clock }).backend;
  expect(backend.limits.layout).toBe(layout);
  const run = (others: number): { text: string; tokens: number | undefined } => {
    const harness = new CoreHarness({}, { draftTokens: 0 }, backend);
    harness.submit(0, promptOf(200, 1), { maxTokens: 40, sampling: warm, logprobs: 0 });
    for (let id = 1; id <= others; id++) {
      harness.submit(id, promptOf(30 + 17 * id, id + 1), { maxTokens: 40, sampling: { ...warm, seed: BigInt(id) } });
    }
    harness.drain();
    for (let sequence = 0; sequence < backend.limits.sequences; sequence++) backend.trimSequence(sequence, 0);
    return { text: harness.text(0), tokens: harness.finish(0)?.completionTokens };
  };
  const alone = run(0);
  expect(alone.tokens).toBeGreaterThan(0);
  expect(run(0)).toEqual(alone);
  expect(run(8)).toEqual(alone);
  expect(run(3)).toEqual(alone);
});
