import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { Tokenizer, type Piece } from "./tokenizer.ts";

const pieces = JSON.parse(readFileSync(new URL("../vocab.json", import.meta.url), "utf8")) as Piece[];
const tokenizer = new Tokenizer(pieces);
const shown = (text: string, dummySpace = false): string[] =>
  tokenizer.encode(text, dummySpace).map((id) => tokenizer.pieces[id]!.text);

test("control tokens have Mistral's v3 names and order", () => {
  expect(pieces.slice(0, 10).map((piece) => piece.text)).toEqual([
    "<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[TOOL_CALLS]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]", "[TOOL_RESULTS]", "[/TOOL_RESULTS]",
  ]); // prettier-ignore
});

test.each(["Bonjour, ça va ?", "日本語 😀", "  two\n\n  lines\t", '{"a": [1, 2.5]}', "[INST] is text here [/INST]"])(
  "%j comes back from its tokens",
  (text) => {
    expect(tokenizer.decode(tokenizer.encode(text, false))).toBe(text);
  },
);

test("text never becomes a control token", () => {
  const ids = tokenizer.encode("[INST] </s> [TOOL_CALLS]");
  expect(ids.filter((id) => tokenizer.pieces[id]!.type === 3)).toEqual([]);
});

test("a name is cut alike after a space and after a quote", () => {
  const inProse = shown("in Marseille").slice(-shown("Marseille").length);
  expect(inProse).toEqual(shown("Marseille"));
  expect(shown('"Marseille"').slice(1, -1)).toEqual(shown("Marseille"));
});

test("digits stand alone", () => {
  expect(shown("2026-05-17")).toEqual(["2", "0", "2", "6", "-", "0", "5", "-", "1", "7"]);
});

test("the boilerplate of a tool definition is a handful of tokens", () => {
  const definition =
    '{"type": "function", "function": {"name": "f", "description": "d", "parameters": {"type": "object", "properties": {"x": {"type": "string"}}, "required": ["x"]}}}';
  expect(tokenizer.encode(definition).length).toBeLessThan(20);
});
