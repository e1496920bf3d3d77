import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TramontaneError } from "#base";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeRandomModel } from "../../../../scripts/make-random-model.ts";
import { readGgufHeader } from "./gguf-header.ts";

const folder = mkdtempSync(join(tmpdir(), "tramontane-gguf-"));
const path = join(folder, "micro.gguf");
const damaged = join(folder, "damaged.gguf");
let whole: Buffer;

beforeAll(() => {
  writeRandomModel({ path, shape: "micro", type: "q8_0" });
  whole = readFileSync(path);
});

afterAll(() => rmSync(folder, { recursive: true }));

function readBytes(bytes: Uint8Array): ReturnType<typeof readGgufHeader> {
  writeFileSync(damaged, bytes);
  return readGgufHeader(damaged);
}

test("metadata and tensors are read; of arrays only their length", () => {
  const { metadata, tensors, fileBytes } = readGgufHeader(path);
  expect(metadata.get("general.architecture")).toBe("llama");
  expect(metadata.get("llama.context_length")).toBe(2048);
  expect(metadata.get("tokenizer.ggml.add_bos_token")).toBe(true);
  expect(metadata.get("tokenizer.ggml.tokens")).toEqual({ arrayLength: 512 });
  expect(tensors[0]).toEqual({ name: "token_embd.weight", dimensions: [64, 512], type: 8, offset: 0 });
  expect(fileBytes).toBe(whole.length);
});

test.each([
  ["an empty file", "", /is empty/],
  ["a web page", "<!DOCTYPE html>", /web page/],
  ["a Git LFS pointer", "version https://git-lfs.github.com/spec/v1\n", /Git LFS pointer/],
  ["something else", "PK\u0003\u0004", /does not start with the letters GGUF/],
  ["an old version", "GGUF\u0001\u0000\u0000\u0000", /version 1/],
])("%s is refused by name", (_, text, message) => {
  expect(() => readBytes(Buffer.from(text))).toThrow(message);
});

test("a missing file and a folder are refused", () => {
  expect(() => readGgufHeader(join(folder, "none.gguf"))).toThrow(/ENOENT/);
  expect(() => readGgufHeader(folder)).toThrow(/not a file/);
});

test("a file cut anywhere is refused", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: whole.length - 1 }), (length) => {
      expect(() => readBytes(whole.subarray(0, length))).toThrow(
        expect.objectContaining({ code: "model_file_invalid" }) as Error,
      );
    }),
    { numRuns: 100 },
  );
});

test("flipped header bytes never do worse than model_file_invalid", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4000 }), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const bytes = Buffer.from(whole);
      bytes[at] = bytes[at]! ^ flip;
      try {
        readBytes(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(TramontaneError);
        expect((error as TramontaneError).code).toBe("model_file_invalid");
      }
    }),
    { numRuns: 300 },
  );
});
