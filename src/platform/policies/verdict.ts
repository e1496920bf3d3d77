import type { PolicyAction, PolicyRule, PolicyStrictness, PolicyVerdict, RuleFinding } from "#protocol";
import type { Judgement } from "./rule-classifier.ts";

/** From this score on a rule counts as broken. */
export const THRESHOLDS: Readonly<Record<PolicyStrictness, number>> = { lenient: 0.8, balanced: 0.5, strict: 0.2 };

const SEVERITY: Readonly<Record<PolicyAction, number>> = { log: 1, warn: 2, refuse: 3 };

export interface NumberedRule {
  readonly number: number;
  readonly rule: PolicyRule;
}

/** What the rules do with a text that was judged: the severest broken rule decides, among equals the surest. */
export function verdictOf(
  rules: readonly NumberedRule[],
  judgement: Pick<Judgement, "scores" | "latencyMs">,
): PolicyVerdict {
  const findings = rules.map(({ number, rule }, index): RuleFinding => {
    const score = judgement.scores[index]!;
    const threshold = THRESHOLDS[rule.strictness];
    const { id, text, category, action } = rule;
    return { rule_id: id, number, text, category, action, score, threshold, broken: score >= threshold };
  });
  const [worst] = findings
    .filter(({ broken }) => broken)
    .toSorted((a, b) => SEVERITY[b.action] - SEVERITY[a.action] || b.score - a.score || a.number - b.number);
  return { outcome: worst?.action ?? "pass", rule: worst ?? null, findings, latency_ms: judgement.latencyMs };
}
