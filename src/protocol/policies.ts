import { z } from "zod";

/** What happens when a message breaks a rule, the mildest first. */
export const POLICY_ACTIONS = ["log", "warn", "refuse"] as const;
export type PolicyAction = (typeof POLICY_ACTIONS)[number];

export const POLICY_STAGES = ["input", "output"] as const;
export type PolicyStage = (typeof POLICY_STAGES)[number];

export const POLICY_STRICTNESS = ["lenient", "balanced", "strict"] as const;
export type PolicyStrictness = (typeof POLICY_STRICTNESS)[number];

/** Rules of a workspace; each stage is judged in one question to a model. */
export const POLICY_RULES = 40;

// PostgreSQL keeps no NUL in a text; a line break would let one rule look like two.
const Line = z
  .string()
  .trim()
  .min(1)
  .regex(/^\P{Cc}*$/u, "must be one line without control characters");

export const PolicyRuleSchema = z.object({
  id: z
    .string()
    .regex(/^[\w-]{1,64}$/)
    .nullish()
    .describe("Kept over all versions; a rule without one is new."),
  text: Line.max(400).describe("The rule, as it is shown to people and given to the model."),
  action: z.enum(POLICY_ACTIONS),
  applies_to: z.enum(POLICY_STAGES).default("input"),
  category: Line.max(60).default("general"),
  strictness: z.enum(POLICY_STRICTNESS).default("balanced"),
  audience: z
    .enum(["everyone", "people", "programs"])
    .default("everyone")
    .describe("People use the chat app; programs use the API."),
  audience_ids: z
    .array(z.string().max(64))
    .max(200)
    .default([])
    .describe("Only these users and API keys; empty: the whole audience."),
});

export const PolicyDraftSchema = z.object({
  model: z.string().max(255).nullish().describe("The model that judges; null: the default model."),
  on_failure: z.enum(["open", "closed"]).default("closed").describe("Let through or refuse what could not be judged."),
  keep_excerpts: z.boolean().default(false).describe("Keep the beginning of what was judged with each decision."),
  output_window: z
    .int()
    .min(40)
    .max(4000)
    .default(240)
    .describe("Characters of an answer that are held back until they are judged."),
  rules: z.array(PolicyRuleSchema).max(POLICY_RULES),
});

export type PolicyDraft = z.infer<typeof PolicyDraftSchema>;
export type PolicyRule = Omit<z.infer<typeof PolicyRuleSchema>, "id"> & { readonly id: string };
/** A policy as it is kept: every rule has its id. A rule's number is its place, from 1. */
export type PolicyDefinition = Omit<PolicyDraft, "rules"> & { readonly rules: readonly PolicyRule[] };

export const PublishPolicySchema = z.object({
  note: z.string().max(500).nullish(),
  base_version: z.int().min(0).nullish().describe("Refuse when somebody published after this version; 0: none was."),
});

export const RollBackPolicySchema = z.object({ version: z.int().min(1), note: z.string().max(500).nullish() });

export const TestPolicySchema = z.object({
  texts: z.array(z.string().min(1).max(100_000)).min(1).max(50),
  applies_to: z.enum(POLICY_STAGES).default("input"),
  which: z.enum(["draft", "published"]).default("draft"),
});

export const ReplayPolicySchema = z.object({
  messages: z.int().min(1).max(200).default(50).describe("How many of the newest kept messages."),
  applies_to: z.enum(POLICY_STAGES).default("input"),
});

export const AdvisePolicySchema = z.object({
  rules: z.array(PolicyRuleSchema).max(POLICY_RULES),
});

export const ReviewDecisionSchema = z.object({ verdict: z.enum(["right", "wrong"]).nullable() });

/** What one rule says of one text. */
export interface RuleFinding {
  readonly rule_id: string;
  /** Its number in the policy that was asked. */
  readonly number: number;
  readonly text: string;
  readonly category: string;
  readonly action: PolicyAction;
  /** How sure the model is, in [0, 1]. */
  readonly score: number;
  /** From this score on the rule counts as broken. */
  readonly threshold: number;
  readonly broken: boolean;
}

/** What a policy does with one text. */
export interface PolicyVerdict {
  readonly outcome: "pass" | PolicyAction;
  /** The rule that decides; null when none is broken. */
  readonly rule: RuleFinding | null;
  readonly findings: readonly RuleFinding[];
  readonly latency_ms: number;
}

/** What an answer carries of the policy. */
export type PolicyNotice = RuleNotice | UnjudgedNotice;

/** A rule was broken: it stands in the administrator's words. */
export interface RuleNotice {
  readonly action: PolicyAction;
  readonly stage: PolicyStage;
  readonly rule_number: number;
  readonly rule: string;
  readonly category: string;
  readonly score: number;
}

/** Nothing could be judged, and the policy lets such texts through. */
export interface UnjudgedNotice {
  readonly action: "unjudged";
  readonly stage: PolicyStage;
  readonly policy_version: number;
  /** What the administrator calls that version; null: nothing. */
  readonly policy_note: string | null;
}

/** Something about a rule that its author should look at. */
export interface PolicyAdvice {
  readonly rule_id: string | null;
  readonly number: number;
  readonly kind: "vague" | "several_subjects" | "too_long" | "double_negation" | "duplicate" | "conflict";
  readonly message: string;
  /** The other rule of a pair. */
  readonly with_number: number | null;
  /** A better wording to start from; null where only the author can know. */
  readonly rewrite: string | null;
}
