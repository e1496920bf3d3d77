import { expect, test } from "vitest";
import { LANGUAGES } from "../app/preferences.ts";
import { loadMessages } from "./catalog.ts";
import { loadConsoleMessages } from "./console/catalog.ts";
import { consoleEn } from "./console/en.ts";
import { en } from "./en.ts";
import { Words } from "./words.ts";

const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).toSorted();

type Texts = Readonly<Record<string, string | { readonly one: string; readonly other: string }>>;
const ENGLISH: Texts = { ...en, ...consoleEn };
const allOf = async (language: (typeof LANGUAGES)[number]): Promise<Texts> => ({
  ...(await loadMessages(language)),
  ...(await loadConsoleMessages(language)),
});

test("the console's words do not shadow the app's", () => {
  expect(Object.keys(consoleEn).filter((key) => key in en)).toEqual([]);
});

test.each(LANGUAGES)("%s has every text, with the same blanks to fill in", async (language) => {
  const messages = await allOf(language);
  expect(Object.keys(messages).toSorted()).toEqual(Object.keys(ENGLISH).toSorted());
  for (const [key, text] of Object.entries(messages)) {
    const english = ENGLISH[key]!;
    const [here, there] = [text, english].map((form) => (typeof form === "string" ? form : form.other));
    expect([key, placeholders(here!)]).toEqual([key, placeholders(there!)]);
  }
});

test.each(LANGUAGES.filter((language) => language !== "en"))("%s leaves no sentence in English", async (language) => {
  const messages = await allOf(language);
  const same = Object.entries(messages).filter(
    ([key, text]) => typeof text === "string" && text === ENGLISH[key] && / .* /.test(text),
  );
  expect(same).toEqual([]);
});

test("numbers follow the language, with a space one can see", async () => {
  const french = new Words("fr", await loadMessages("fr"));
  expect(french.t("chat.messages", { n: 10_008 })).toBe("10\u00a0008 messages");
  const german = new Words("de", await loadMessages("de"));
  expect(german.t("chat.messages", { n: 1 })).toBe("1 Nachricht");
  expect(german.number(1234.5)).toBe("1.234,5");
});
