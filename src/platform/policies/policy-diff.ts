import type { PolicyDefinition, PolicyRule } from "#protocol";

export interface RuleChange {
  readonly kind: "added" | "removed" | "changed" | "moved";
  readonly rule_id: string;
  readonly number_before: number | null;
  readonly number_after: number | null;
  readonly before: PolicyRule | null;
  readonly after: PolicyRule | null;
  /** Which fields differ, for a changed rule. */
  readonly fields: readonly string[];
}

export interface SettingChange {
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

export interface PolicyDiff {
  readonly rules: readonly RuleChange[];
  readonly settings: readonly SettingChange[];
}

const NOTHING: PolicyDefinition = {
  model: null,
  on_failure: "closed",
  keep_excerpts: false,
  output_window: 240,
  rules: [],
};
const SETTINGS = ["model", "on_failure", "keep_excerpts", "output_window"] as const;

/** What has to happen to `before` to become `after`; undefined is a policy without rules. */
export function diffPolicies(before: PolicyDefinition = NOTHING, after: PolicyDefinition = NOTHING): PolicyDiff {
  const settings = SETTINGS.filter((field) => (before[field] ?? null) !== (after[field] ?? null)).map((field) => ({
    field,
    before: before[field] ?? null,
    after: after[field] ?? null,
  }));
  const [old, now] = [byId(before), byId(after)];
  const removed = [...old.values()].flatMap(({ rule, number }) =>
    now.has(rule.id) ? [] : [change("removed", { rule, number }, undefined)],
  );
  const rest = [...now.values()].flatMap((placed) => {
    const earlier = old.get(placed.rule.id);
    if (!earlier) return [change("added", undefined, placed)];
    if (fieldsThatDiffer(earlier.rule, placed.rule).length > 0) return [change("changed", earlier, placed)];
    return earlier.number === placed.number ? [] : [change("moved", earlier, placed)];
  });
  return { rules: [...removed, ...rest], settings };
}

interface Placed {
  readonly rule: PolicyRule;
  readonly number: number;
}

function byId({ rules }: PolicyDefinition): Map<string, Placed> {
  return new Map(rules.map((rule, index) => [rule.id, { rule, number: index + 1 }]));
}

function change(kind: RuleChange["kind"], before: Placed | undefined, after: Placed | undefined): RuleChange {
  return {
    kind,
    rule_id: (after ?? before)!.rule.id,
    number_before: before?.number ?? null,
    number_after: after?.number ?? null,
    before: before?.rule ?? null,
    after: after?.rule ?? null,
    fields: before && after ? fieldsThatDiffer(before.rule, after.rule) : [],
  };
}

function fieldsThatDiffer(a: PolicyRule, b: PolicyRule): string[] {
  const keys = Object.keys(a) as (keyof PolicyRule)[];
  return keys.filter((key) => JSON.stringify(a[key]) !== JSON.stringify(b[key]));
}
