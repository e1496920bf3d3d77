import { z } from "zod";
import { findMediaChunk, MessageSchema, readMessage } from "./messages.ts";
import type { ChatMessage } from "./messages.ts";
import { GuardrailSchema, readGuardrails } from "./moderations.ts";
import type { Guardrail } from "./moderations.ts";
import { readBody } from "./read-body.ts";
import type { ReadBodyOptions } from "./read-body.ts";
import { refuse } from "./refusal.ts";
import type { Reading, Refusal } from "./refusal.ts";
import { readResponseFormat, ResponseFormatSchema } from "./response-format.ts";
import type { ResponseFormat } from "./response-format.ts";
import { readSampling, readStop, SamplingFields } from "./sampling-fields.ts";
import type { SamplingWishes } from "./sampling-fields.ts";
import { findToolProblem, readToolChoice, readTools, ToolChoiceSchema, ToolSchema } from "./tools.ts";
import type { FunctionTool, ToolChoice } from "./tools.ts";

/** Mistral's chat request joined with OpenAI's; what both name differently has both names. */
export const ChatRequestSchema = z.object({
  model: z.string().describe("Name or alias of a model of GET /v1/models."),
  messages: z.array(MessageSchema),
  ...SamplingFields,
  max_completion_tokens: z.number().int().min(0).nullish().describe("OpenAI's name of max_tokens."),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  logit_bias: z.record(z.string().regex(/^\d+$/), z.number().min(-100).max(100)).nullish(),
  n: z.number().int().min(1).max(128).nullish().describe("How many answers; the prompt is counted once."),
  response_format: ResponseFormatSchema.nullish(),
  tools: z.array(ToolSchema).max(128).nullish(),
  tool_choice: ToolChoiceSchema.nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  prediction: z
    .object({
      type: z.literal("content").nullish(),
      content: z.union([z.string(), z.array(z.object({ type: z.literal("text"), text: z.string() }))]).nullish(),
    })
    .nullish()
    .describe("Text the answer probably repeats: makes it faster, never different."),
  prompt_mode: z.literal("reasoning").nullish(),
  reasoning_effort: z.enum(["none", "minimal", "low", "medium", "high", "xhigh"]).nullish(),
  guardrails: z
    .array(GuardrailSchema)
    .max(8)
    .nullish()
    .describe("Checks of the newest question, before anything is generated."),
  safe_prompt: z.boolean().nullish().describe("Put the house's safety instructions before the conversation."),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.number().int().min(0).max(20).nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  // Accepted and without effect here: they tell a hosted service about billing, caching or storage.
  service_tier: z.string().nullish(),
  store: z.boolean().nullish(),
  user: z.string().nullish(),
  safety_identifier: z.string().nullish(),
  prompt_cache_options: z.unknown().optional(),
  prompt_cache_retention: z.unknown().optional(),
  verbosity: z.string().nullish(),
  modalities: z.array(z.string()).nullish(),
  moderation: z.unknown().optional(),
  document_image_limit: z.number().nullish(),
  document_page_limit: z.number().nullish(),
  // Known by name so that they are refused with a reason.
  functions: z.unknown().optional(),
  function_call: z.unknown().optional(),
  audio: z.unknown().optional(),
  web_search_options: z.unknown().optional(),
});

export type WireChatRequest = z.infer<typeof ChatRequestSchema>;

/** A chat request in the house's own terms: one name per thing, no nulls. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly sampling: SamplingWishes;
  /** Tokens per choice; undefined: until the context is full. */
  readonly maxTokens: number | undefined;
  readonly minTokens: number;
  readonly stop: readonly string[];
  readonly choices: number;
  readonly responseFormat: ResponseFormat;
  readonly tools: readonly FunctionTool[];
  readonly toolChoice: ToolChoice;
  readonly parallelToolCalls: boolean;
  readonly prediction: string | undefined;
  readonly wantsReasoning: boolean | undefined;
  readonly guardrails: readonly Guardrail[];
  readonly safePrompt: boolean;
  /** Alternatives per token; undefined: no log probabilities. */
  readonly logprobs: number | undefined;
  readonly stream: boolean;
  /** OpenAI's stream ending: `usage: null` on every chunk and one more chunk with the usage. */
  readonly includeUsage: boolean;
}

/** Reads a chat request; the order of its messages is the chat template's to judge. `defaultModel` stands in where a route lets the model out (Azure). */
export function readChatRequest(
  body: unknown,
  options: ReadBodyOptions & { readonly defaultModel?: string } = { unknownFields: "reject" },
): Reading<ChatRequest> {
  const named = withModel(body, options.defaultModel);
  const reading = readBody(ChatRequestSchema, named, options);
  if (!reading.ok) return reading;
  const wire = reading.value;
  const media = findMediaChunk(wire.messages);
  if (media) return refuse("capability_missing", `This model does not support ${media.type} content`, media.field);
  const refusal = findUnsupported(wire) ?? findToolProblem(wire.tools ?? [], wire.tool_choice);
  if (refusal) return { ok: false, refusal };
  return { ok: true, value: translate(wire), ignored: reading.ignored };
}

export function withModel(body: unknown, model: string | undefined): unknown {
  if (model === undefined || typeof body !== "object" || body === null || Array.isArray(body)) return body;
  return ((body as { model?: unknown }).model ?? null) === null ? { ...body, model } : body;
}

function translate(wire: WireChatRequest): ChatRequest {
  const effort = wire.reasoning_effort ?? undefined;
  const prediction = wire.prediction?.content ?? undefined;
  return {
    model: wire.model,
    messages: wire.messages.map(readMessage),
    sampling: readSampling(wire),
    maxTokens: wire.max_tokens ?? wire.max_completion_tokens ?? undefined,
    minTokens: wire.min_tokens ?? 0,
    stop: readStop(wire.stop),
    choices: wire.n ?? 1,
    responseFormat: readResponseFormat(wire.response_format),
    tools: readTools(wire.tools ?? []),
    toolChoice: readToolChoice(wire.tool_choice),
    parallelToolCalls: wire.parallel_tool_calls ?? true,
    prediction: typeof prediction === "object" ? prediction.map((part) => part.text).join("") : prediction,
    wantsReasoning:
      effort === undefined ? (wire.prompt_mode ? true : undefined) : effort !== "none" && effort !== "minimal",
    guardrails: readGuardrails(wire.guardrails ?? []),
    safePrompt: wire.safe_prompt ?? false,
    logprobs: wire.logprobs ? (wire.top_logprobs ?? 0) : undefined,
    stream: wire.stream ?? false,
    includeUsage: wire.stream_options?.include_usage ?? false,
  };
}

const UNSUPPORTED = ["functions", "function_call", "audio", "web_search_options"] as const;

function findUnsupported(wire: WireChatRequest): Refusal | undefined {
  const no = (field: string, message: string): Refusal => ({ code: "invalid_request", message, field });
  const field = UNSUPPORTED.find((name) => wire[name] !== undefined && wire[name] !== null);
  if (field) return no(field, `'${field}' is not supported`);
  if (wire.modalities?.some((modality) => modality !== "text")) {
    return no("modalities", "Only the modality 'text' is supported");
  }
  const { max_tokens: limit, max_completion_tokens: twin } = wire;
  if (typeof limit === "number" && typeof twin === "number" && limit !== twin) {
    return no("max_completion_tokens", "max_tokens and max_completion_tokens are given and differ");
  }
  if ((wire.top_logprobs ?? 0) > 0 && !wire.logprobs) {
    return no("top_logprobs", "top_logprobs needs logprobs: true");
  }
  return undefined;
}
