import type { Language } from "../sample.ts";

/** A subject a message can be about: how a rule or a label names it, and what people write. `{}` is an invented name or number. */
export interface Topic {
  /** Short labels, one-word where possible; in code style. */
  labels: readonly string[];
  /** Rules and descriptions as an administrator writes them, per language. */
  rules: Record<Language, readonly string[]>;
  /** Messages about the topic; the last of each list is held out. */
  says: Record<Language, readonly string[]>;
}

const split = (text: string): string[] => text.split("|");
export const topic = (labels: string, rules: readonly string[], says: readonly string[]): Topic => ({
  labels: split(labels),
  rules: {
    en: split(rules[0]!),
    fr: split(rules[1]!),
    es: split(rules[2]!),
    de: split(rules[3]!),
    it: split(rules[4]!),
  },
  says: { en: split(says[0]!), fr: split(says[1]!), es: split(says[2]!), de: split(says[3]!), it: split(says[4]!) },
});
