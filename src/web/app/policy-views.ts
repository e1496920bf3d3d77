import type { PolicyAction, PolicyAdvice, PolicyDefinition, PolicyRule, PolicyStage, PolicyVerdict } from "#protocol";

export interface PolicyVersionView {
  readonly version: number;
  readonly definition: PolicyDefinition;
  readonly note: string | null;
  readonly repeats: number | null;
  readonly published_at: string;
  readonly published_by: string;
}

export interface PolicyView {
  readonly published: PolicyVersionView | null;
  readonly draft: { readonly definition: PolicyDefinition; readonly updated_at: string } | null;
  readonly advice: readonly PolicyAdvice[];
}

export interface ReplayView {
  readonly messages: number;
  readonly would_refuse: number;
  readonly would_warn: number;
  readonly changed: number;
  readonly data: readonly {
    readonly message_id: string;
    readonly at: string;
    readonly excerpt: string | null;
    readonly before: PolicyVerdict["outcome"];
    readonly after: PolicyVerdict["outcome"];
    readonly changed: boolean;
  }[];
}

export type Outcome = PolicyAction | "failed_open" | "failed_closed";

export interface DecisionView {
  readonly id: string;
  readonly at: string;
  readonly request_id: string;
  readonly actor: string;
  readonly stage: PolicyStage;
  readonly outcome: Outcome;
  readonly policy_version: number;
  readonly rule_id: string | null;
  readonly rule_number: number | null;
  readonly rule: string | null;
  readonly category: string | null;
  readonly score: number | null;
  readonly has_excerpt: boolean;
  readonly verdict: "right" | "wrong" | null;
}

export interface PrecisionView {
  readonly rule_id: string;
  readonly rule_number: number;
  readonly rule: string;
  readonly decisions: number;
  readonly right: number;
  readonly wrong: number;
  readonly precision: number | null;
}

export interface RuleTemplateView {
  readonly name: string;
  readonly rule: Omit<PolicyRule, "id">;
}

export interface PolicyDiffView {
  readonly rules: readonly {
    readonly kind: "added" | "removed" | "changed" | "moved";
    readonly number_before: number | null;
    readonly number_after: number | null;
    readonly before: PolicyRule | null;
    readonly after: PolicyRule | null;
  }[];
}
