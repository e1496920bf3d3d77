import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeRandomModel } from "../../../../scripts/make-random-model.ts";
import { writeRandomAdapter } from "../../../../scripts/random-model/adapter.ts";
import { BatchBuilder } from "../../batch.ts";
import type { Batch } from "../backend.ts";
import { describeBackendContract } from "../backend.contract.ts";
import { findBinaryPackage, thisMachine } from "./binary-package.ts";
import type { LibllamaBackend } from "./libllama-backend.ts";
import { loadLibllama } from "./loader.ts";
import { openBackend } from "./open-backend.ts";
import type { PassWatchLayout } from "./pass-watch.ts";

const folder = mkdtempSync(join(tmpdir(), "tramontane-libllama-"));
const path = join(folder, "micro.gguf");
const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
const libllama = loadLibllama(findBinaryPackage(thisMachine()).folder);

beforeAll(() => {
  writeRandomModel({ path, shape: "micro", type: "f16" });
});

afterAll(() => {
  rmSync(folder, { recursive: true });
  expect(libllama.handles.count).toBe(0);
});

const open = (contextTokens = 512, cells = 1024): LibllamaBackend =>
  openBackend(libllama, { name: "micro", path, contextTokens, cells, clock }).backend;

describeBackendContract("libllama, shared cells", { open, tolerance: 0.05 });
describeBackendContract("libllama, separate cells", {
  open: () => open(256, 8 * 256),
  tolerance: 0.05,
});

/** A thread that raises the flag whenever a pass may be stopped. */
function stopEverything(layout: PassWatchLayout): Worker {
  const code = `
    const { parentPort, workerData: { memory, flagByte, startedByte } } = require("node:worker_threads");
    const flag = new Uint8Array(memory), started = new BigInt64Array(memory, startedByte, 1);
    parentPort.postMessage("ready");
    for (;;) if (Atomics.load(started, 0) !== 0n) Atomics.store(flag, flagByte, 1);`;
  return new Worker(code, { eval: true, workerData: layout, execArgv: [] });
}

function longPass(): Batch {
  const builder = new BatchBuilder(512);
  for (let position = 0; position < 512; position++) {
    builder.add({ sequence: 0, token: 300 + (position % 100), position, wantsLogits: position === 511 });
  }
  return builder.batch;
}

describe("adapters", () => {
  const adapters = { formal: join(folder, "formal.gguf"), brief: join(folder, "brief.gguf") };
  beforeAll(() => {
    writeRandomAdapter({ path: adapters.formal, shape: "micro", seed: 1 });
    writeRandomAdapter({ path: adapters.brief, shape: "micro", seed: 2 });
  });

  test("each changes what the model computes, and without one it is as before", () => {
    const { backend } = openBackend(libllama, { name: "micro", path, contextTokens: 512, adapters, clock });
    const logitsWith = (adapter: string | undefined): Float32Array => {
      backend.useAdapter(adapter);
      backend.decode(longPass());
      const logits = backend.logits(0).slice();
      backend.trimSequence(0, 0);
      return logits;
    };
    const [base, formal, brief, again, baseAgain] = [undefined, "formal", "brief", "formal", undefined].map(logitsWith);
    expect(formal).not.toEqual(base);
    expect(brief).not.toEqual(formal);
    expect(again).toEqual(formal);
    expect(baseAgain).toEqual(base);
    expect(() => backend.useAdapter("none")).toThrow(expect.objectContaining({ code: "invalid_model" }) as Error);
    backend[Symbol.dispose]();
  });

  test("a file that is no adapter of this model fails the load and leaves nothing open", () => {
    const before = libllama.handles.count;
    const wrong = { wrong: path };
    expect(() => openBackend(libllama, { name: "micro", path, adapters: wrong, clock })).toThrow(/adapter wrong/);
    expect(libllama.handles.count).toBe(before);
  });
});

describe("libllama", () => {
  let backend: LibllamaBackend;
  beforeAll(() => (backend = open()));
  afterAll(() => backend[Symbol.dispose]());

  test("a text is tokenized with or without SentencePiece's leading space", () => {
    const spaced = backend.vocabulary.tokenize("the", { dummySpace: true });
    const glued = backend.vocabulary.tokenize("the", { dummySpace: false });
    const textOf = (tokens: Int32Array) =>
      Buffer.concat([...tokens].map((token) => backend.vocabulary.tokenBytes(token))).toString();
    expect(textOf(spaced)).toBe(" the");
    expect(textOf(glued)).toBe("the");
  });

  test("no way of writing a control token in text makes one", () => {
    for (const text of ["[INST]", "</s>", "a[/INST]b", "<s> [INST]", "<unk>"]) {
      const tokens = backend.vocabulary.tokenize(text, { dummySpace: false });
      expect([...tokens].filter((token) => backend.vocabulary.controlText(token) !== undefined)).toEqual([]);
    }
  });

  test("a pass stopped by another thread leaves the cache as before it", async () => {
    const stopper = stopEverything(backend.watch.layout);
    await new Promise((resolve) => stopper.once("message", resolve));
    const startedMs = performance.now();
    while (backend.decode(longPass()) !== "aborted") {
      expect(performance.now() - startedMs).toBeLessThan(20_000);
      backend.trimSequence(0, 0);
    }
    await stopper.terminate();
    expect(backend.decode(longPass())).toBe("ok");
    backend.trimSequence(0, 0);
  });

  test("a state that is cut, foreign or of another size is not restored, and the sequence stays empty", () => {
    const builder = new BatchBuilder(backend.limits.batchTokens);
    for (let position = 0; position < 8; position++) {
      builder.add({ sequence: 0, token: 300 + position, position, wantsLogits: false });
    }
    backend.decode(builder.batch);
    const state = backend.saveSequence(0);
    backend.trimSequence(0, 0);
    for (const bad of [state.subarray(0, 40), new Uint8Array(1000), Buffer.concat([state, Buffer.alloc(1)])]) {
      expect(backend.restoreSequence(1, bad)).toBe(false);
    }
    expect(backend.restoreSequence(1, state)).toBe(true);
    backend.trimSequence(1, 0);
  });

  test("a vector depends on every token of an input longer than one pass", () => {
    const long = Int32Array.from({ length: 300 }, (_, index) => 300 + (index % 100));
    const [vector, ...others] = backend.embed([long, ...[0, 150, 299].map((index) => long.with(index, 450))]);
    expect(Math.hypot(...vector!)).toBeCloseTo(1, 5);
    for (const other of others) expect(other).not.toEqual(vector);
  });
});
