export const LANGUAGES = ["en", "fr", "es", "de", "it"] as const;
export type Language = (typeof LANGUAGES)[number];

/** Short words that are common in one of the languages and rare in the others. */
const TELLTALES: Readonly<Record<Language, string>> = {
  en: "the and is are you what how which this that with for my can do does should would please where who when of to me it in not have i",
  fr: "le la les des est et que qui quoi comment je vous tu pour avec dans sur mon ma mes pas puis peux une du au ce cette où quel quelle merci bonjour",
  es: "el los las es y que qué cómo yo usted tú para con en mi mis no puedo una del al este esta dónde cuál cuáles gracias hola por quiero",
  de: "der die das ist und was wie ich sie du für mit auf mein meine nicht kann ein eine den dem wo welche welcher bitte danke hallo wer zu",
  it: "il lo gli è e che cosa come io lei tu per con su mio mia non posso una del della questo questa dove quale grazie ciao di voglio sono",
};

const WORDS: readonly (readonly [Language, ReadonlySet<string>])[] = LANGUAGES.map((language) => [
  language,
  new Set(TELLTALES[language].split(" ")),
]);

/** Letters that only some of the languages write. */
const LETTERS: readonly (readonly [RegExp, Language])[] = [
  [/[ñ¿¡]/u, "es"],
  [/[ßäöü]/u, "de"],
  [/[œçêû]/u, "fr"],
];

/** The one of our languages that a text is most likely written in; English when nothing tells. */
export function languageOf(text: string): Language {
  const lower = text.slice(0, 4000).toLowerCase();
  const words = lower.match(/\p{L}+/gu) ?? [];
  const scores = new Map<Language, number>();
  for (const [language, known] of WORDS) scores.set(language, words.filter((word) => known.has(word)).length);
  for (const [letters, language] of LETTERS) if (letters.test(lower)) scores.set(language, scores.get(language)! + 2);
  let best: Language = "en";
  for (const language of LANGUAGES) if (scores.get(language)! > scores.get(best)!) best = language;
  return best;
}
