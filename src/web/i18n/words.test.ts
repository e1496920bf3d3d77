import { expect, test } from "vitest";
import { LANGUAGES } from "../app/preferences.ts";
import { loadMessages } from "./catalog.ts";
import { en } from "./en.ts";
import { Words } from "./words.ts";

const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).toSorted();

test.each(LANGUAGES)("%s has every text, with the same blanks to fill in", async (language) => {
  const messages = await loadMessages(language);
  expect(Object.keys(messages).toSorted()).toEqual(Object.keys(en).toSorted());
  for (const [key, text] of Object.entries(messages)) {
    const english = en[key as keyof typeof en];
    const [here, there] = [text, english].map((form) => (typeof form === "string" ? form : form.other));
    expect([key, placeholders(here!)]).toEqual([key, placeholders(there!)]);
  }
});

test.each(LANGUAGES.filter((language) => language !== "en"))("%s leaves no sentence in English", async (language) => {
  const messages = await loadMessages(language);
  const same = Object.entries(messages).filter(
    ([key, text]) => typeof text === "string" && text === en[key as keyof typeof en] && / .* /.test(text),
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
