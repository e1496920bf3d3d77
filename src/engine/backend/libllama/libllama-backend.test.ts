import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeRandomModel } from "../../../../scripts/make-random-model.ts";
import { BatchBuilder } from "../../batch.ts";
import { describeBackendContract } from "../backend.contract.ts";
import { findBinaryPackage, thisMachine } from "./binary-package.ts";
import type { LibllamaBackend } from "./libllama-backend.ts";
import { loadLibllama } from "./loader.ts";
import { openBackend } from "./open-backend.ts";

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

  test("the abort flag ends a pass, and the cache is as before it", () => {
    const builder = new BatchBuilder(backend.limits.batchTokens);
    const add = (token: number, position: number) =>
      builder.add({ sequence: 0, token, position, wantsLogits: position === 31 });
    for (let position = 0; position < 32; position++) add(300 + position, position);
    backend.abortFlag[0] = 1;
    expect(backend.decode(builder.batch)).toBe("aborted");
    backend.abortFlag[0] = 0;
    expect(backend.decode(builder.batch)).toBe("ok");
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
