import { TramontaneError } from "#base";
import { countUsage } from "#protocol";
import type { ClassificationResponse, ModerationRequest, ModerationResponse, ModerationResult } from "#protocol";
import type { Call } from "../inference/call.ts";
import { deploymentNamed } from "../inference/resolve.ts";
import type { InferenceContext } from "../inference/inference.ts";
import { observeWork } from "../inference/observe-work.ts";
import { requireModel, requireScope } from "../tenancy/caller.ts";
import { CATEGORIES_2411, CATEGORIES_2603, OPENAI_CATEGORIES } from "./categories.ts";
import type { CategorySet } from "./categories.ts";

/** Names that mean: whatever judges here. */
const MODERATION_NAME = /^(mistral|omni|text)-moderation-[a-z0-9-]+$/;
const OPENAI_NAME = /^(omni|text)-moderation-/;
const FLAGGED_FROM = 0.5;
const AT_ONCE = 4;

/** Scores texts by the categories of the named moderation model. Errors: `invalid_model`, `capability_missing`. */
export async function moderate(
  parts: InferenceContext,
  request: ModerationRequest,
  call: Call,
): Promise<ModerationResponse> {
  const set = categoriesOf(request.model);
  const judged = await judgeTexts(parts, { request, courts: [set.rules], operation: "moderation" }, call);
  const isOpenAi = OPENAI_NAME.test(request.model);
  return {
    id: parts.newId(),
    model: request.model,
    results: judged.scores.map(([scores]) => {
      const named = byName(set.names, scores!);
      return resultOf(isOpenAi ? inOpenAisWords(named) : named);
    }),
    usage: usageOf(judged),
  };
}

/**
 * Scores texts by everything that has labels here: the categories of moderation, and the rules of the workspace's policy, by
 * their numbers. Errors: those of `moderate`.
 */
export async function classify(
  parts: InferenceContext,
  request: ModerationRequest,
  call: Call,
): Promise<ClassificationResponse> {
  const set = categoriesOf(request.model);
  const rules = (await parts.policies?.rules(call)) ?? [];
  const courts = rules.length === 0 ? [set.rules] : [set.rules, rules.map(({ rule }) => rule.text)];
  const judged = await judgeTexts(parts, { request, courts, operation: "classification" }, call);
  const numbers = rules.map(({ number }) => String(number));
  const results = judged.scores.map(([moderation, policy]) => ({
    moderation: { scores: withNone(byName(set.names, moderation!)) },
    ...(policy ? { policy: { scores: withNone(byName(numbers, policy)) } } : {}),
  }));
  return { id: parts.newId(), model: request.model, results, usage: usageOf(judged) };
}

export function categoriesOf(model: string): CategorySet {
  return model.includes("2603") ? CATEGORIES_2603 : CATEGORIES_2411;
}

/** The model that a moderation name stands for; undefined: the default one. */
export function judgeNamed(model: string | undefined): string | undefined {
  return model === undefined || MODERATION_NAME.test(model) ? undefined : model;
}

interface JudgeWish {
  readonly request: ModerationRequest;
  /** Sets of rules; each text is held to every set. */
  readonly courts: readonly (readonly string[])[];
  readonly operation: "moderation" | "classification";
}

interface Judged {
  /** Per text, per set, per rule. */
  readonly scores: readonly (readonly (readonly number[])[])[];
  readonly promptTokens: number;
}

async function judgeTexts(
  parts: InferenceContext,
  { request, courts, operation }: JudgeWish,
  call: Call,
): Promise<Judged> {
  requireScope(call.caller, "inference");
  const name = judgeNamed(request.model);
  const { spec } = name === undefined ? parts.catalog.default : await deploymentNamed(parts, name, call.caller);
  requireModel(call.caller, spec.id);
  if (!spec.serves.chat) {
    throw new TramontaneError("capability_missing", "This model does not judge texts", { field: "model" });
  }
  const promptBytes = request.texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  const ruleBytes = Buffer.byteLength(courts.flat().join("\n"));
  const size = {
    promptBytes,
    // No tokenizer makes more tokens than bytes.
    countPrompt: () => Promise.resolve(promptBytes * courts.length + ruleBytes * request.texts.length),
    maxOutputTokens: 0,
    isOutputBounded: true,
  };
  const priority = parts.priority ?? 0;
  const judge = async (text: string, rules: readonly string[]) =>
    await parts.judge.judge({ model: spec.id, rules, text, priority, signal: call.signal });
  return await observeWork(parts, { call, deployment: spec.id, operation, size }, async () => {
    const scores: (readonly (readonly number[])[])[] = [];
    let promptTokens = 0;
    for (let at = 0; at < request.texts.length; at += AT_ONCE) {
      const some = request.texts.slice(at, at + AT_ONCE);
      const judged = await Promise.all(
        some.map(async (text) => await Promise.all(courts.map(async (rules) => await judge(text, rules)))),
      );
      scores.push(...judged.map((perCourt) => perCourt.map((judgement) => judgement.scores)));
      promptTokens += judged.flat().reduce((sum, judgement) => sum + judgement.promptTokens, 0);
    }
    return { scores, promptTokens };
  });
}

function byName(names: readonly string[], scores: readonly number[]): Readonly<Record<string, number>> {
  return Object.fromEntries(names.map((name, index) => [name, scores[index]!]));
}

function withNone(scores: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const rest = 1 - Object.values(scores).reduce((sum, score) => sum + score, 0);
  return { ...scores, none: Math.max(0, rest) };
}

function inOpenAisWords(scores: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(OPENAI_CATEGORIES).map(([name, ours]) => [name, ours === undefined ? 0 : (scores[ours] ?? 0)]),
  );
}

function resultOf(scores: Readonly<Record<string, number>>): ModerationResult {
  const entries = Object.entries(scores);
  return {
    flagged: entries.some(([, score]) => score >= FLAGGED_FROM),
    categories: Object.fromEntries(entries.map(([name, score]) => [name, score >= FLAGGED_FROM])),
    category_scores: scores,
    category_applied_input_types: Object.fromEntries(entries.map(([name]) => [name, ["text"]])),
  };
}

function usageOf({ scores, promptTokens }: Judged): ModerationResponse["usage"] {
  return { ...countUsage(promptTokens, 0, 0), request_count: scores.length };
}
