import { z } from "zod";
import { findMediaChunk, MessageSchema, readMessage } from "./messages.ts";
import type { ChatMessage } from "./messages.ts";
import { readBody } from "./read-body.ts";
import type { ReadBodyOptions } from "./read-body.ts";
import { refuse } from "./refusal.ts";
import type { Reading } from "./refusal.ts";
import type { Usage } from "./usage.ts";

/** Texts at once; each is a question to the model. */
const TEXTS = 256;

const Part = z.looseObject({ type: z.string(), text: z.string().optional() });

export const ModerationRequestSchema = z.object({
  model: z.string().nullish().describe("A moderation name, or any chat model of GET /v1/models."),
  input: z
    .union([z.string(), z.array(z.string()).min(1).max(TEXTS), z.array(Part).min(1).max(TEXTS)])
    .describe("A text, several texts, or OpenAI's list of parts, which is one text."),
  metadata: z.record(z.string(), z.unknown()).nullish(),
});

export const ChatModerationRequestSchema = z.object({
  model: z.string().nullish(),
  input: z
    .union([z.array(MessageSchema).min(1), z.array(z.array(MessageSchema).min(1)).min(1).max(TEXTS)])
    .describe("A conversation, or several; the last message of each is judged."),
  metadata: z.record(z.string(), z.unknown()).nullish(),
});

/** Mistral's form of a conversation to classify: an object around the messages. */
const Wrapped = z.object({ messages: z.array(MessageSchema).min(1) });

export const ChatClassificationRequestSchema = z.object({
  ...ChatModerationRequestSchema.shape,
  input: z.union([ChatModerationRequestSchema.shape.input, Wrapped, z.array(Wrapped).min(1).max(TEXTS)]),
});

/** Texts to be judged, whatever form they came in. */
export interface ModerationRequest {
  readonly model: string;
  readonly texts: readonly string[];
}

export interface ModerationResult {
  /** Whether any category is. */
  readonly flagged: boolean;
  readonly categories: Readonly<Record<string, boolean>>;
  readonly category_scores: Readonly<Record<string, number>>;
  readonly category_applied_input_types: Readonly<Record<string, readonly string[]>>;
}

export interface ModerationResponse {
  readonly id: string;
  readonly model: string;
  readonly results: readonly ModerationResult[];
  readonly usage: Usage & { readonly request_count: number };
}

export interface ClassificationResponse {
  readonly id: string;
  readonly model: string;
  /** Per text: target, then labels and their scores. */
  readonly results: readonly Readonly<Record<string, { readonly scores: Readonly<Record<string, number>> }>>[];
  readonly usage: Usage & { readonly request_count: number };
}

/** What is meant by a request that names no model. */
const DEFAULT_MODEL = "mistral-moderation-latest";

type Options = ReadBodyOptions & { readonly defaultModel?: string };

export function readModerationRequest(body: unknown, options?: Options): Reading<ModerationRequest> {
  const reading = readBody(ModerationRequestSchema, body, options);
  if (!reading.ok) return reading;
  const { input, model } = reading.value;
  const texts = textsOf(input);
  if (texts === undefined) return refuse("capability_missing", "Only texts can be moderated here", "input");
  return {
    ok: true,
    value: { model: model ?? options?.defaultModel ?? DEFAULT_MODEL, texts },
    ignored: reading.ignored,
  };
}

export function readChatModerationRequest(body: unknown, options?: Options): Reading<ModerationRequest> {
  return readConversations(readBody(ChatClassificationRequestSchema, body, options), options);
}

function textsOf(input: z.infer<typeof ModerationRequestSchema>["input"]): readonly string[] | undefined {
  if (typeof input === "string") return [input];
  const parts = input.filter((item) => typeof item !== "string");
  if (parts.length < input.length) return input.filter((item) => typeof item === "string");
  if (parts.some(({ type, text }) => type !== "text" || text === undefined)) return undefined;
  return [parts.map(({ text }) => text).join("\n")];
}

function readConversations(
  reading: Reading<z.infer<typeof ChatClassificationRequestSchema>>,
  options: Options | undefined,
): Reading<ModerationRequest> {
  if (!reading.ok) return reading;
  const { input, model } = reading.value;
  const given = Array.isArray(input) ? input : [input];
  // One conversation is a list of messages; several are a list of lists, or of wrapped lists.
  const conversations = given.map((item) => (Array.isArray(item) ? item : "messages" in item ? item.messages : [item]));
  const isOne = conversations.every((messages, index) => messages[0] === given[index]);
  const whole = isOne ? [conversations.flat()] : conversations;
  const media = whole.map((messages) => findMediaChunk(messages)).find((found) => found !== undefined);
  if (media) return refuse("capability_missing", "Only texts can be moderated here", "input");
  const texts = whole.map((messages) => textOf(readMessage(messages.at(-1)!)));
  return {
    ok: true,
    value: { model: model ?? options?.defaultModel ?? DEFAULT_MODEL, texts },
    ignored: reading.ignored,
  };
}

function textOf(message: ChatMessage): string {
  if ("text" in message) return message.text;
  return message.content.map((chunk) => ("text" in chunk ? chunk.text : "")).join("");
}

const Threshold = z.number().min(0).max(1).nullish();
const GuardrailFields = {
  model_name: z.string().nullish(),
  custom_category_thresholds: z.record(z.string(), Threshold).nullish(),
  ignore_other_categories: z.boolean().nullish(),
  action: z.enum(["none", "block"]).nullish(),
};

/** A check of the question that the request itself asks for. */
export const GuardrailSchema = z.object({
  block_on_error: z.boolean().nullish(),
  moderation_llm_v1: z.object(GuardrailFields).nullish(),
  moderation_llm_v2: z.object(GuardrailFields).nullish(),
});

export interface Guardrail {
  readonly version: "moderation_llm_v1" | "moderation_llm_v2";
  /** Undefined: the moderation model of the version. */
  readonly model: string | undefined;
  readonly thresholds: Readonly<Record<string, number>>;
  /** Whether only the categories with a threshold count. */
  readonly onlyThose: boolean;
  readonly blocks: boolean;
  readonly blocksOnError: boolean;
}

/** What a guardrail found, as the answer carries it. */
export type GuardrailReport = Readonly<
  Record<
    string,
    {
      readonly action: "pass" | "error";
      readonly categories: Readonly<Record<string, { readonly score: number; readonly violated: boolean }>>;
    }
  >
>;

export function readGuardrails(given: readonly z.infer<typeof GuardrailSchema>[]): readonly Guardrail[] {
  return given.flatMap((guardrail) =>
    (["moderation_llm_v1", "moderation_llm_v2"] as const).flatMap((version): Guardrail[] => {
      const config = guardrail[version];
      if (!config) return [];
      const thresholds = Object.entries(config.custom_category_thresholds ?? {}).filter(
        (entry): entry is [string, number] => typeof entry[1] === "number",
      );
      return [
        {
          version,
          model: config.model_name ?? undefined,
          thresholds: Object.fromEntries(thresholds),
          onlyThose: config.ignore_other_categories ?? false,
          blocks: config.action === "block",
          blocksOnError: guardrail.block_on_error ?? false,
        },
      ];
    }),
  );
}
