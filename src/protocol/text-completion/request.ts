import { z } from "zod";
import { withModel } from "../chat.ts";
import { readBody } from "../read-body.ts";
import type { ReadBodyOptions } from "../read-body.ts";
import type { Reading, Refusal } from "../refusal.ts";
import { readSampling, readStop, SamplingFields } from "../sampling-fields.ts";
import type { SamplingWishes } from "../sampling-fields.ts";

/** OpenAI's older completions: a text is continued as it stands. */
export const TextCompletionRequestSchema = z.object({
  model: z.string().describe("Name or alias of a model of GET /v1/models."),
  prompt: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .describe("The text to continue; a list may hold one."),
  suffix: z.string().nullish().describe("What comes after the answer, for models that fill gaps."),
  ...SamplingFields,
  max_tokens: z.number().int().min(0).nullish().describe("Tokens to generate at most. Null: 16."),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  logit_bias: z.record(z.string().regex(/^\d+$/), z.number().min(-100).max(100)).nullish(),
  n: z.number().int().min(1).max(128).nullish().describe("How many answers; the prompt is counted once."),
  logprobs: z.number().int().min(0).max(20).nullish().describe("Log probabilities, with so many alternatives."),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  echo: z.boolean().nullish().describe("Only false."),
  best_of: z.number().int().min(1).nullish().describe("Only what n is."),
  // Accepted and without effect here: it tells a hosted service who asks.
  user: z.string().nullish(),
});

type WireTextCompletionRequest = z.infer<typeof TextCompletionRequestSchema>;

/** A text to continue, in the house's own terms. */
export interface TextCompletionRequest {
  readonly model: string;
  readonly prompt: string;
  /** Empty: the text goes on from its end. */
  readonly suffix: string;
  readonly sampling: SamplingWishes;
  readonly maxTokens: number;
  readonly minTokens: number;
  readonly stop: readonly string[];
  readonly choices: number;
  /** Alternatives per token; undefined: no log probabilities. */
  readonly logprobs: number | undefined;
  readonly stream: boolean;
  readonly includeUsage: boolean;
}

/** As short as it is at OpenAI, whose clients rely on it. */
const MAX_TOKENS = 16;

export function readTextCompletionRequest(
  body: unknown,
  options?: ReadBodyOptions & { defaultModel?: string },
): Reading<TextCompletionRequest> {
  const reading = readBody(TextCompletionRequestSchema, withModel(body, options?.defaultModel), options);
  if (!reading.ok) return reading;
  const refusal = findUnsupported(reading.value);
  if (refusal) return { ok: false, refusal };
  return { ok: true, value: translate(reading.value), ignored: reading.ignored };
}

function translate(wire: WireTextCompletionRequest): TextCompletionRequest {
  return {
    model: wire.model,
    prompt: typeof wire.prompt === "string" ? wire.prompt : wire.prompt[0]!,
    suffix: wire.suffix ?? "",
    sampling: readSampling(wire),
    maxTokens: wire.max_tokens ?? MAX_TOKENS,
    minTokens: wire.min_tokens ?? 0,
    stop: readStop(wire.stop),
    choices: wire.n ?? 1,
    logprobs: wire.logprobs ?? undefined,
    stream: wire.stream ?? false,
    includeUsage: wire.stream_options?.include_usage ?? false,
  };
}

function findUnsupported({ prompt, echo, best_of: bestOf, n }: WireTextCompletionRequest): Refusal | undefined {
  const no = (field: string, message: string): Refusal => ({ code: "invalid_request", message, field });
  if (Array.isArray(prompt) && prompt.length > 1) {
    return no("prompt", "One prompt per request is supported; requests that are sent together run together");
  }
  if (echo) return no("echo", "'echo' is not supported");
  if (bestOf && bestOf !== (n ?? 1)) return no("best_of", "'best_of' is only supported where it equals n");
  return undefined;
}
