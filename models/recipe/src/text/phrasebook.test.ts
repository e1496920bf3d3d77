import { expect, test } from "vitest";
import { languages } from "../sample.ts";
import { phrasebook, phraseSlots } from "./phrasebook.ts";

const slotsOf = (text: string): string[] => (text.match(/\{.\}/g) ?? []).sort();

test("a phrase is written in every language, with the same slots", () => {
  for (const phrase of [...phrasebook, ...Object.values(phraseSlots).flat()]) {
    expect(phrase.map((text) => text.trim()).filter(Boolean), phrase[0]).toHaveLength(languages.length);
    for (const text of phrase) expect(slotsOf(text), text).toEqual(slotsOf(phrase[0]));
  }
});

test("a phrase stands once in the book, with slots that can be filled", () => {
  expect(new Set(phrasebook.map(([en]) => en)).size).toBe(phrasebook.length);
  const known = new Set(["{n}", "{c}", "{d}", ...Object.keys(phraseSlots)]);
  expect(phrasebook.flatMap(([en]) => slotsOf(en)).filter((slot) => !known.has(slot))).toEqual([]);
});
