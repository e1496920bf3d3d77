import type { Language } from "../sample.ts";
import { alternatives } from "./alternatives.ts";

/** A subject a message can be about: how a rule or a label names it, and what people write. `{}` is an invented name or number. */
export interface Topic {
  /** Short labels, one-word where possible; in code style. */
  labels: readonly string[];
  /** Rules and descriptions as an administrator writes them, per language. */
  rules: Record<Language, readonly string[]>;
  /** Messages about the topic, `(a/b)` a choice of words; the last of each list is held out and has none. */
  says: Record<Language, readonly string[]>;
}

const split = (text: string): string[] => text.split("|");
const byLanguage = (texts: readonly string[], read: (text: string) => string[]): Record<Language, string[]> => ({
  en: read(texts[0]!),
  fr: read(texts[1]!),
  es: read(texts[2]!),
  de: read(texts[3]!),
  it: read(texts[4]!),
});

export const topic = (labels: string, rules: readonly string[], says: readonly string[]): Topic => ({
  labels: split(labels),
  rules: byLanguage(rules, (text) => split(text).flatMap(alternatives)),
  says: byLanguage(says, split),
});
