import { TramontaneError } from "#base";
import type { Guardrail, GuardrailReport } from "#protocol";
import type { Call } from "../inference/call.ts";
import type { InferenceContext } from "../inference/inference.ts";
import { CATEGORIES_2411, CATEGORIES_2603 } from "./categories.ts";
import { judgeNamed } from "./moderate.ts";

const THRESHOLD = 0.5;
const MODELS = { moderation_llm_v1: "mistral-moderation-2411", moderation_llm_v2: "mistral-moderation-2603" };

/**
 * Runs the checks that a request asks for on its newest question; gives what the answer reports of them. Errors:
 * `guardrail_blocked` with the scores in `guardrails`.
 */
export async function checkGuardrails(
  parts: InferenceContext,
  { guardrails, text }: { readonly guardrails: readonly Guardrail[]; readonly text: string },
  call: Call,
): Promise<readonly GuardrailReport[]> {
  return await Promise.all(guardrails.map(async (guardrail) => await check(parts, { guardrail, text }, call)));
}

async function check(
  parts: InferenceContext,
  { guardrail, text }: { readonly guardrail: Guardrail; readonly text: string },
  call: Call,
): Promise<GuardrailReport> {
  const { version, thresholds, onlyThose, blocks } = guardrail;
  const set = version === "moderation_llm_v1" ? CATEGORIES_2411 : CATEGORIES_2603;
  const unknown = Object.keys(thresholds).find((name) => !set.names.includes(name));
  if (unknown !== undefined) {
    const field = `guardrails.${version}.custom_category_thresholds.${unknown}`;
    throw new TramontaneError("invalid_request", `${version} has no category '${unknown.slice(0, 64)}'`, { field });
  }
  const scores = await judge(parts, { guardrail, rules: set.rules, text }, call);
  if (scores === undefined) return { [version]: { action: "error", categories: {} } };
  const counted = set.names.flatMap((name, index) => {
    if (onlyThose && thresholds[name] === undefined) return [];
    const [score, threshold] = [scores[index]!, thresholds[name] ?? THRESHOLD];
    return [{ name, score, threshold, violated: score >= threshold }];
  });
  if (blocks && counted.some(({ violated }) => violated)) {
    const decisions = Object.fromEntries(
      counted.map(({ name, score, threshold, violated }) => [name, { threshold, score, violated }]),
    );
    throw blocked(version, {
      model_name: guardrail.model ?? MODELS[version],
      decisions,
      violated: true,
      action: "block",
    });
  }
  const categories = Object.fromEntries(counted.map(({ name, score, violated }) => [name, { score, violated }]));
  return { [version]: { action: "pass", categories } };
}

/** Undefined when nothing could be judged and the request says to go on then. */
async function judge(
  parts: InferenceContext,
  { guardrail, rules, text }: { guardrail: Guardrail; rules: readonly string[]; text: string },
  call: Call,
): Promise<readonly number[] | undefined> {
  const { version, model, blocksOnError } = guardrail;
  try {
    const asked = { model: judgeNamed(model), rules, text, priority: parts.priority ?? 0, signal: call.signal };
    return (await parts.judge.judge(asked)).scores;
  } catch (error) {
    call.signal.throwIfAborted();
    if (!blocksOnError) return undefined;
    throw blocked(
      version,
      { model_name: model ?? MODELS[version], decisions: {}, violated: false, action: "block" },
      error,
    );
  }
}

function blocked(version: string, result: object, cause?: unknown): TramontaneError {
  return new TramontaneError("guardrail_blocked", "Content blocked by guardrail", {
    details: { guardrails: { results: { [version]: result } } },
    ...(cause === undefined ? {} : { cause }),
  });
}
