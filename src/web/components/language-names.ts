import type { Language } from "../app/preferences.ts";

/** Each language in its own words, so that a lost reader finds theirs. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = {
  en: "English",
  fr: "Français",
  es: "Español",
  de: "Deutsch",
  it: "Italiano",
};
