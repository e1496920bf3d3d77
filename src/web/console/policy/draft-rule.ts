import type { PolicyDefinition, PolicyDraft, PolicyRule } from "#protocol";

export type DraftRule = PolicyDraft["rules"][number];

export const NEW_RULE: DraftRule = {
  text: "",
  action: "refuse",
  applies_to: "input",
  category: "general",
  strictness: "balanced",
  audience: "everyone",
  audience_ids: [],
};

export const NEW_POLICY: PolicyDraft = { on_failure: "closed", keep_excerpts: false, output_window: 240, rules: [] };

export function draftOf(definition: PolicyDefinition | undefined): PolicyDraft {
  return definition ? { ...definition, rules: definition.rules.map((rule: PolicyRule) => ({ ...rule })) } : NEW_POLICY;
}

/** Whether every rule says something. */
export function isComplete(draft: PolicyDraft): boolean {
  return draft.rules.every(({ text, category }) => text.trim() !== "" && category.trim() !== "");
}

/** The rule one place up (−1) or down (+1). */
export function moved(rules: readonly DraftRule[], index: number, by: -1 | 1): DraftRule[] {
  const rule = rules[index]!;
  return rules.toSpliced(index, 1).toSpliced(index + by, 0, rule);
}
