import { languages, type Language } from "../recipe/src/sample.ts";
import { faqDe } from "../recipe/src/text/faq-de.ts";
import { faqEn } from "../recipe/src/text/faq-en.ts";
import { faqEs } from "../recipe/src/text/faq-es.ts";
import { faqFr } from "../recipe/src/text/faq-fr.ts";
import { faqIt } from "../recipe/src/text/faq-it.ts";
import { functionWordsOf } from "../recipe/src/text/function-words.ts";
import { smallTalk } from "../recipe/src/text/small-talk.ts";
import { unknown } from "../recipe/src/text/unknown.ts";

const faq: Record<Language, string> = { en: faqEn, fr: faqFr, es: faqEs, de: faqDe, it: faqIt };
const wordsIn = (text: string): string[] => text.toLowerCase().match(/\p{L}+/gu) ?? [];

function vocabulary(lang: Language): Set<string> {
  const talk = smallTalk
    .split("\n")
    .filter((line) => line.split(" | ")[0]!.endsWith(` ${lang}`))
    .map((line) => line.split(" | ").slice(1).join(" "));
  return new Set([...functionWordsOf.get(lang)!, ...wordsIn([faq[lang], ...talk, unknown[lang].answer].join(" "))]);
}

const known = new Map(languages.map((lang) => [lang, vocabulary(lang)]));

/** The language whose words the text is made of; a word of several languages counts the less. Undefined without any. */
export function guessLanguage(text: string): Language | undefined {
  let best: Language | undefined;
  let most = 0;
  for (const lang of languages) {
    let score = 0;
    for (const word of wordsIn(text)) {
      const owners = languages.filter((other) => known.get(other)!.has(word));
      if (owners.includes(lang)) score += 1 / owners.length;
    }
    if (score > most) [best, most] = [lang, score];
  }
  return best;
}
