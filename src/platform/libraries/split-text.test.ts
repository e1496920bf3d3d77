import fc from "fast-check";
import { expect, test } from "vitest";
import { splitText } from "./split-text.ts";

const whole = (text: string) => ({ pages: [text], isPaged: false });

test("every word is in some passage, and no passage is too long or empty", () => {
  const words = fc.array(fc.stringMatching(/^[a-zà-ü]{1,12}[.!]?\n?$/), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(words, fc.integer({ min: 40, max: 300 }), (list, characters) => {
      const pieces = splitText(whole(list.join(" ")), characters).map(({ text }) => text);
      for (const piece of pieces) {
        expect(piece.trim()).not.toBe("");
        expect(piece.length).toBeLessThanOrEqual(characters);
      }
      const found = new Set(pieces.flatMap((piece) => piece.split(/\s+/)));
      for (const word of list) expect(found).toContain(word.trim());
    }),
    { numRuns: 100 },
  );
});

test("passages end at paragraphs and sentences where they can", () => {
  const text = `${"A sentence of some length. ".repeat(4).trim()}\n\n${"Another paragraph here. ".repeat(4).trim()}`;
  expect(splitText(whole(text), 130)[0]!.text.endsWith("length.")).toBe(true);
});

test("a page's passages know their page, and never cut a character in two", () => {
  const pieces = splitText({ pages: ["one", "", "🚲".repeat(200)], isPaged: true }, 101);
  expect(pieces[0]).toEqual({ text: "one", page: 1 });
  expect(pieces.slice(1).every(({ text, page }) => page === 3 && /^(🚲)+$/u.test(text))).toBe(true);
});
