import { adviseOn } from "#platform";
import type { LoggedDecision, PolicyVersion, ReplayedMessage, RulePrecision, StoredPolicy } from "#platform";

type View = Readonly<Record<string, unknown>>;

export function viewPolicy(workspaceId: string, policy: StoredPolicy): View {
  const { draft, published } = policy;
  return {
    object: "policy",
    workspace_id: workspaceId,
    published: published ? viewVersion(published) : null,
    draft: draft ? { definition: draft, updated_at: policy.draftUpdatedAt, updated_by: policy.draftUpdatedBy } : null,
    advice: adviseOn((draft ?? published?.definition)?.rules ?? []),
  };
}

export const viewVersion = (it: PolicyVersion): View => ({
  object: "policy_version",
  version: it.version,
  definition: it.definition,
  note: it.note ?? null,
  repeats: it.repeats ?? null,
  published_at: it.publishedAt,
  published_by: it.publishedBy,
});

export const viewDecision = (it: LoggedDecision): View => ({
  object: "policy_decision",
  id: it.id,
  at: it.at,
  request_id: it.requestId,
  actor: it.actor,
  stage: it.stage,
  outcome: it.outcome,
  policy_version: it.version,
  rule_id: it.rule?.id ?? null,
  rule_number: it.rule?.number ?? null,
  rule: it.rule?.text ?? null,
  category: it.rule?.category ?? null,
  score: it.rule?.score ?? null,
  threshold: it.rule?.threshold ?? null,
  model: it.model,
  latency_ms: it.latencyMs,
  has_excerpt: it.hasExcerpt,
  verdict: it.verdict ?? null,
  reviewed_by: it.reviewedBy ?? null,
});

export const viewPrecision = (it: RulePrecision): View => ({
  object: "rule_precision",
  rule_id: it.ruleId,
  rule_number: it.number,
  rule: it.text,
  decisions: it.decisions,
  right: it.right,
  wrong: it.wrong,
  precision: it.right + it.wrong === 0 ? null : it.right / (it.right + it.wrong),
});

export function viewReplay(messages: readonly ReplayedMessage[]): View {
  const count = (outcome: string): number => messages.filter(({ after }) => after.outcome === outcome).length;
  return {
    object: "policy_replay",
    messages: messages.length,
    would_refuse: count("refuse"),
    would_warn: count("warn"),
    would_log: count("log"),
    changed: messages.filter(({ changed }) => changed).length,
    data: messages.map((it) => ({
      message_id: it.messageId,
      at: it.at,
      user_id: it.userId,
      excerpt: it.excerpt ?? null,
      before: it.before.outcome,
      after: it.after.outcome,
      rule_before: it.before.rule,
      rule_after: it.after.rule,
      changed: it.changed,
    })),
  };
}
