import { z } from "zod";

const TextChunk = z.object({ type: z.literal("text"), text: z.string() });
const ThinkingChunk = z.object({
  type: z.literal("thinking"),
  thinking: z.union([z.string(), z.array(TextChunk)]),
  closed: z.boolean().nullish(),
});
const RefusalChunk = z.object({ type: z.literal("refusal"), refusal: z.string() });
/** Chunks whose words we know but no model here can read yet: accepted by the schema, refused with a reason afterwards. */
const MediaChunk = z.looseObject({
  type: z.enum([
    "image_url",
    "input_audio",
    "document_url",
    "file",
    "reference",
    "tool_reference",
    "input_image",
    "video_url",
  ]),
});

export const ContentChunkSchema = z.discriminatedUnion("type", [TextChunk, ThinkingChunk, RefusalChunk, MediaChunk]);
const ContentSchema = z.union([z.string(), z.array(ContentChunkSchema)]);

export const ToolCallSchema = z.object({
  id: z.string().nullish(),
  type: z.string().nullish(),
  index: z.number().int().nullish(),
  function: z.object({
    name: z.string(),
    arguments: z.union([z.string(), z.record(z.string(), z.unknown())]),
  }),
});

export const MessageSchema = z.discriminatedUnion("role", [
  z.object({ role: z.enum(["system", "developer"]), content: ContentSchema }),
  z.object({ role: z.literal("user"), content: ContentSchema.nullable() }),
  z.object({
    role: z.literal("assistant"),
    content: ContentSchema.nullish(),
    tool_calls: z.array(ToolCallSchema).nullish(),
    prefix: z.boolean().nullish(),
    // Other servers' fields that clients replay as they got them.
    refusal: z.string().nullish(),
    reasoning_content: z.unknown().optional(),
    function_call: z.unknown().optional(),
    audio: z.unknown().optional(),
    annotations: z.unknown().optional(),
  }),
  z.object({
    role: z.literal("tool"),
    content: ContentSchema.nullable(),
    tool_call_id: z.string().nullish(),
    name: z.string().nullish(),
  }),
]);

export type WireMessage = z.infer<typeof MessageSchema>;
export type ContentChunk = z.infer<typeof ContentChunkSchema>;
export type WireToolCall = z.infer<typeof ToolCallSchema>;

/** A call the assistant made in an earlier turn. `arguments` is JSON text; `id` is empty when the client sent none. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

export interface AssistantMessage {
  readonly role: "assistant";
  readonly content: string;
  /** The reasoning that came before the content, when the client sent it back. */
  readonly thinking?: string;
  readonly toolCalls: readonly ToolCall[];
  /** The answer continues this message. Only the last message may say so. */
  readonly prefix: boolean;
}

/** A message as the house uses it: text chunks joined, OpenAI's words translated, nulls gone. */
export type ChatMessage =
  | { readonly role: "system"; readonly content: string }
  | { readonly role: "user"; readonly content: string }
  | AssistantMessage
  | {
      readonly role: "tool";
      readonly content: string;
      readonly toolCallId: string | undefined;
      readonly name: string | undefined;
    };

/** Text chunks of one message are joined like consecutive messages are. */
const JOINT = "\n\n";

/** Translates one wire message. Precondition: it has no media chunk. */
export function readMessage(message: WireMessage): ChatMessage {
  switch (message.role) {
    case "system":
    case "developer":
      return { role: "system", content: textOf(message.content) };
    case "user":
      return { role: "user", content: textOf(message.content) };
    case "tool":
      return {
        role: "tool",
        content: textOf(message.content),
        toolCallId: message.tool_call_id ?? undefined,
        name: message.name ?? undefined,
      };
    case "assistant": {
      const thinking = thinkingOf(message.content);
      return {
        role: "assistant",
        content: textOf(message.content),
        ...(thinking === "" ? {} : { thinking }),
        toolCalls: (message.tool_calls ?? []).map(readToolCall),
        prefix: message.prefix ?? false,
      };
    }
  }
}

/** The first media chunk's type and path, or undefined when all content is text. */
export function findMediaChunk(messages: readonly WireMessage[]): { type: string; field: string } | undefined {
  for (const [index, message] of messages.entries()) {
    if (!Array.isArray(message.content)) continue;
    const position = message.content.findIndex((chunk) => !["text", "thinking", "refusal"].includes(chunk.type));
    const chunk = message.content[position];
    if (chunk) return { type: chunk.type, field: `messages[${index}].content[${position}]` };
  }
  return undefined;
}

function readToolCall(call: WireToolCall): ToolCall {
  const { name, arguments: given } = call.function;
  // The clients of February 2024 sent the literal "null" as every id.
  const id = call.id === "null" ? "" : (call.id ?? "");
  return { id, name, arguments: typeof given === "string" ? given : JSON.stringify(given) };
}

function textOf(content: string | readonly ContentChunk[] | null | undefined): string {
  if (typeof content === "string") return content;
  return (content ?? []).flatMap((chunk) => ("text" in chunk ? [String(chunk.text)] : [])).join(JOINT);
}

function thinkingOf(content: string | readonly ContentChunk[] | null | undefined): string {
  if (!Array.isArray(content)) return "";
  return (content as readonly ContentChunk[])
    .flatMap((chunk) => {
      if (chunk.type !== "thinking") return [];
      const { thinking } = chunk as z.infer<typeof ThinkingChunk>;
      return typeof thinking === "string" ? [thinking] : thinking.map((part) => part.text);
    })
    .join("");
}
