import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeRandomModel } from "../../../../scripts/make-random-model.ts";
import { syntheticVocabulary } from "../../../../scripts/random-model/vocabulary.ts";
import { findBinaryPackage, thisMachine } from "./binary-package.ts";
import type { LibllamaBackend } from "./libllama-backend.ts";
import { loadLibllama } from "./loader.ts";
import { openBackend } from "./open-backend.ts";

/** Turn markers that the file calls user-defined, and one user-defined token that is plain text. */
const LOOSE = ["<|im_start|>", "<|im_end|>", "<start_of_turn>", "[THINK]"];
const PLAIN = "tramontane";
const USER_DEFINED = 4;

const folder = mkdtempSync(join(tmpdir(), "tramontane-vocabulary-"));
const path = join(folder, "loose.gguf");
const libllama = loadLibllama(findBinaryPackage(thisMachine()).folder);
const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
let backend: LibllamaBackend;

beforeAll(() => {
  const { tokens, scores, types } = syntheticVocabulary(480);
  const added = [...LOOSE, PLAIN];
  const vocabulary = {
    tokens: [...tokens, ...added.map((text) => Buffer.from(text))],
    scores: [...scores, ...added.map(() => 0)],
    types: [...types, ...added.map(() => USER_DEFINED)],
  };
  writeRandomModel({ path, shape: "micro", type: "q8_0", vocabulary });
  backend = openBackend(libllama, { name: "loose", path, contextTokens: 256, cells: 256, clock }).backend;
});

afterAll(() => {
  backend[Symbol.dispose]();
  rmSync(folder, { recursive: true });
  expect(libllama.handles.count).toBe(0);
});

const textOf = (tokens: Int32Array): string =>
  Buffer.concat([...tokens].map((token) => backend.vocabulary.tokenBytes(token))).toString();

test("turn markers are control tokens even where the file calls them user-defined", () => {
  for (const marker of LOOSE) {
    const token = backend.vocabulary.controlToken(marker);
    expect(token).toBeGreaterThan(0);
    expect(backend.vocabulary.controlText(token!)).toBe(marker);
    expect(backend.vocabulary.tokenBytes(token!)).toHaveLength(0);
  }
  expect(backend.vocabulary.controlToken(PLAIN)).toBeUndefined();
});

test("a user-defined token that is no marker is found in text", () => {
  expect(backend.vocabulary.tokenize(PLAIN, { dummySpace: false })).toHaveLength(1);
});

test("text made of markers never contains a control token, and reads back as it was", () => {
  const piece = fc.oneof(
    fc.constantFrom(...LOOSE, "[INST]", "</s>", "<s>", "<unk>", "<|im_", "start|>", "<", "|", ">", PLAIN),
    fc.string({ maxLength: 5, unit: "grapheme" }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), fc.boolean(), (pieces, dummySpace) => {
      const text = pieces.join("").replaceAll("▁", "_");
      const tokens = backend.vocabulary.tokenize(text, { dummySpace });
      for (const token of tokens) expect(backend.vocabulary.controlText(token)).toBeUndefined();
      expect(textOf(tokens)).toBe(text === "" || !dummySpace ? text : ` ${text}`);
    }),
    { numRuns: 300 },
  );
});
