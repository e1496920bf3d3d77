import fc from "fast-check";
import type { Token } from "marked";
import { expect, test } from "vitest";
import { GrowingLexer, lexWhole } from "./lexer.ts";

const SAMPLE = [
  "# Wind\n\nThe **mistral** blows $v_0$ strong, it costs $5 or $6.\n\n",
  "| a | b |\n|---|---|\n| 1 | 2 |\n\n",
  "```ts\nconst x = 1;\n\nconst y = 2;\n```\n\n",
  "1. one\n2. two\n   - nested\n\n> quoted\n> more\n\n",
  "Last *words* and `code`.\n\n",
].join("");
const kinds = (tokens: readonly Token[]) =>
  tokens.map(({ type, raw }) => [type, raw]).filter(([type]) => type !== "space");

test("however the text arrives, the end is what a whole reading gives", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 60 }), (sizes) => {
      const lexer = new GrowingLexer();
      let length = 0;
      for (const size of sizes) lexer.lex(SAMPLE.slice(0, (length += size)));
      expect(kinds(lexer.lex(SAMPLE))).toEqual(kinds(lexWhole(SAMPLE)));
    }),
  );
});

test("finished blocks keep their identity, so they are not drawn again", () => {
  const lexer = new GrowingLexer();
  const first = lexer.lex("One.\n\nTwo.\n\nThree.\n\nFour");
  const second = lexer.lex("One.\n\nTwo.\n\nThree.\n\nFour and more");
  expect(second[0]).toBe(first[0]);
});

test("a text that is replaced starts afresh", () => {
  const lexer = new GrowingLexer();
  lexer.lex("One.\n\nTwo.\n\nThree.\n\nFour");
  expect(kinds(lexer.lex("Other."))).toEqual([["paragraph", "Other."]]);
});

const mathIn = (text: string) => {
  const [paragraph] = lexWhole(text);
  const tokens = paragraph && "tokens" in paragraph ? (paragraph.tokens ?? []) : [];
  return tokens.filter(({ type }) => type === "math").map((token) => ("text" in token ? token.text : ""));
};

test("mathematics has four fences, and money is not mathematics", () => {
  expect(mathIn("$a+b$ and \\(c\\) and $$d$$ and \\[e\\]")).toEqual(["a+b", "c", "d", "e"]);
  expect(mathIn("from $5 to $10, or 3$ and 4$")).toEqual([]);
});
