import { existsSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { findBinaryPackage, thisMachine } from "./binary-package.ts";
import { readGgufHeader } from "./gguf-header.ts";
import { loadLibllama } from "./loader.ts";
import { NativeModel } from "./native-model.ts";
import { LibllamaVocabulary } from "./vocabulary.ts";
import { WordTokens } from "./word-tokens.ts";

const MODELS = join(import.meta.dirname, "../../../../models");
const libllama = loadLibllama(findBinaryPackage(thisMachine()).folder);

describe.each(["tramontane-small", "tramontane-large"])("the vocabulary of %s", (name) => {
  const path = join(MODELS, `${name}.gguf`);
  if (!existsSync(path)) throw new Error(`${path} is part of the repository`);
  const model = new NativeModel({ libllama, path, header: readGgufHeader(path), gpuLayers: 0 });
  const vocabulary = new LibllamaVocabulary(libllama, model.vocabulary, undefined);
  afterAll(() => model[Symbol.dispose]());

  const whole = (text: string): number[] => {
    const bytes = Buffer.from(text);
    const tokens = new Int32Array(bytes.length + 64);
    const { functions } = libllama;
    const room = tokens.length;
    return [
      ...tokens.subarray(
        0,
        functions.llama_tokenize(model.vocabulary, bytes, bytes.length, tokens, room, false, false),
      ),
    ];
  };

  // Pieces of the vocabulary end to end: merges want to pass every word's end.
  const piece = fc
    .integer({ min: 0, max: vocabulary.size - 1 })
    .map((token) => Buffer.from(vocabulary.tokenBytes(token)).toString());
  const part = fc.oneof(
    { weight: 6, arbitrary: piece },
    { weight: 2, arbitrary: fc.constantFrom(" ", "  ", "▁", "\n", "\n\n", " \n", "\n ", "\t", ", ", '": "', '"},\n') },
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 6 }) },
  );

  test("word by word, a text has the tokens of the whole", () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 60 }), (parts) => {
        // Then from memory, as one text and in another order.
        for (const text of [parts.join(""), parts.join(""), parts.toReversed().join("")])
          expect([...vocabulary.tokenize(text, { dummySpace: false })]).toEqual(whole(text));
      }),
      { numRuns: 1000 },
    );
  });
});

describe("what is remembered", () => {
  const asked: string[] = [];
  const native = {
    tokenize: (text: string): Int32Array => {
      asked.push(text);
      return Int32Array.from(Buffer.from(text));
    },
    byteLength: () => 1,
  };
  const textOf = (tokens: Int32Array): string => Buffer.from(tokens).toString();

  test("a word that comes again is not asked for again; one that is long is", () => {
    const words = new WordTokens(["a", "▁b", "."], native);
    const long = "x".repeat(1000);
    asked.length = 0;
    expect(textOf(words.tokenize("Un vent, été."))).toBe("Un vent, été.");
    expect(textOf(words.tokenize(`Un vent,\nun été. ${long} vent,`))).toBe(`Un vent,\nun été. ${long} vent,`);
    expect(asked).toEqual(["Un vent, été.", "\nun", ` ${long}`]);
  });

  test("no word ends where a piece goes on", () => {
    const words = new WordTokens([",▁b", ".\n"], native);
    words.tokenize("a, b");
    words.tokenize(" c.\nd");
    asked.length = 0;
    words.tokenize("a, b c.\nd");
    words.tokenize("a");
    words.tokenize(" b");
    expect(asked).toEqual(["a", " b"]);
  });

  test("where a token does not tell its bytes, nothing is remembered of it and what follows", () => {
    const words = new WordTokens([], { ...native, byteLength: (token) => (token === 120 ? 0 : 1) });
    words.tokenize("a x b");
    asked.length = 0;
    expect(textOf(words.tokenize("a x b"))).toBe("a x b");
    expect(asked).toEqual([" x b"]);
  });

  test("words of long ago are forgotten, and those in use are not", () => {
    const words = new WordTokens([], native);
    for (let index = 0; index < 40_000; index++) words.tokenize(`w${index} often`);
    asked.length = 0;
    words.tokenize("w1 often");
    expect(asked).toEqual(["w1"]);
  });
});
