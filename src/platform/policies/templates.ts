import type { PolicyRule } from "#protocol";

export interface RuleTemplate {
  readonly name: string;
  readonly rule: Omit<PolicyRule, "id">;
}

const base: Pick<PolicyRule, "strictness" | "audience" | "audience_ids"> = {
  strictness: "balanced",
  audience: "everyone",
  audience_ids: [],
};

/** Rules to start from. */
export const RULE_TEMPLATES: readonly RuleTemplate[] = [
  {
    name: "Personal data",
    rule: {
      ...base,
      text: "Private data of a named person, such as address, phone or account number",
      action: "warn",
      applies_to: "input",
      category: "privacy",
    },
  },
  {
    name: "Medical advice",
    rule: {
      ...base,
      text: "Questions about medicines, doses or treatment",
      action: "warn",
      applies_to: "input",
      category: "health",
    },
  },
  {
    name: "Legal advice",
    rule: {
      ...base,
      text: "Questions about law, contracts or courts",
      action: "warn",
      applies_to: "input",
      category: "law",
    },
  },
  {
    name: "Weapons",
    rule: {
      ...base,
      text: "Building or buying weapons or explosives",
      action: "refuse",
      applies_to: "input",
      category: "weapons",
    },
  },
  {
    name: "Insults",
    rule: {
      ...base,
      text: "Insults or hatred against people or groups",
      action: "refuse",
      applies_to: "output",
      category: "hate",
    },
  },
  {
    name: "Company secrets",
    rule: {
      ...base,
      text: "Passwords, access keys or confidential figures of the company",
      action: "refuse",
      applies_to: "output",
      category: "secrets",
    },
  },
];
