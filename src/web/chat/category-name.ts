import type { MessageKey } from "../i18n/catalog.ts";
import type { Words } from "../i18n/words.ts";

/** Categories that come with the product; administrators may use words of their own. */
const NAMES: Readonly<Record<string, MessageKey>> = {
  general: "category.general",
  sexual: "category.sexual",
  hate: "category.hate",
  hate_and_discrimination: "category.hate",
  violence_and_threats: "category.violence",
  dangerous_and_criminal_content: "category.crime",
  dangerous: "category.dangerous",
  criminal: "category.crime",
  weapons: "category.weapons",
  selfharm: "category.selfharm",
  health: "category.health",
  financial: "category.financial",
  law: "category.law",
  pii: "category.privacy",
  privacy: "category.privacy",
  secrets: "category.secrets",
  jailbreaking: "category.jailbreaking",
};

/** A rule's category in the reader's language, where it is one of ours. */
export function categoryName(words: Words, category: string): string {
  const key = NAMES[category];
  return key === undefined ? category : words.t(key);
}
