import type { PolicyAdvice } from "#protocol";
import type { RuleTemplateView } from "../../app/policy-views.ts";
import type { ConsoleWords } from "../console-words.tsx";

const TEMPLATES = {
  "Personal data": "privacy",
  "Medical advice": "health",
  "Legal advice": "law",
  Weapons: "weapons",
  Insults: "hate",
  "Company secrets": "secrets",
} as const;
const keyOf = (name: string) => TEMPLATES[name as keyof typeof TEMPLATES] as (typeof TEMPLATES)["Weapons"] | undefined;

/** A template's name in the author's language, where it is one of the product's. */
export function templateName(words: ConsoleWords, name: string): string {
  const key = keyOf(name);
  return key === undefined ? name : words.t(`template.${key}`);
}

/** What its rule says. */
export function templateText(words: ConsoleWords, { name, rule }: RuleTemplateView): string {
  const key = keyOf(name);
  return key === undefined ? rule.text : words.t(`template.${key}Text`);
}

/** What to look at in a rule, in the author's language. */
export function adviceText(words: ConsoleWords, advice: PolicyAdvice): string {
  return words.t(`advice.${advice.kind}`, { n: advice.number, other: advice.with_number ?? 0 });
}
