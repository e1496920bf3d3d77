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
type WireContentChunk = z.infer<typeof ContentChunkSchema>;
type WireContent = z.infer<typeof ContentSchema> | null | undefined;
type WireToolCall = z.infer<typeof ToolCallSchema>;

/** A piece of what someone said. `closed: false` marks a thought that was cut off before its end. */
export type ContentChunk =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "thinking"; readonly text: string; readonly closed: boolean };

/** A call the assistant made in an earlier turn. `argumentsJson` is JSON text as the client sent it. */
export interface ToolCall {
  /** Undefined when the client sent none. */
  readonly id: string | undefined;
  readonly name: string;
  readonly argumentsJson: string;
}

/** A message as the house uses it: OpenAI's words translated, nulls gone, only text and thoughts left. */
export type ChatMessage =
  | { readonly role: "system"; readonly content: readonly ContentChunk[] }
  | { readonly role: "user"; readonly text: string }
  | {
      readonly role: "assistant";
      /** Empty when the client sent no content at all; one empty text when it sent `""`. */
      readonly content: readonly ContentChunk[];
      readonly toolCalls: readonly ToolCall[];
      /** The answer continues this message. */
      readonly prefix: boolean;
    }
  | {
      readonly role: "tool";
      readonly callId: string | undefined;
      readonly name: string | undefined;
      readonly text: string;
    };

/** Text chunks of a user's or a tool's message are joined like consecutive messages are. */
const JOINT = "\n\n";

/** Translates one wire message. Precondition: it has no media chunk. */
export function readMessage(message: WireMessage): ChatMessage {
  switch (message.role) {
    case "system":
    case "developer":
      return { role: "system", content: readContent(message.content) };
    case "user":
      return { role: "user", text: joinText(message.content) };
    case "tool":
      return {
        role: "tool",
        callId: message.tool_call_id ?? undefined,
        name: message.name ?? undefined,
        text: joinText(message.content),
      };
    case "assistant":
      return {
        role: "assistant",
        content: readContent(message.content),
        toolCalls: (message.tool_calls ?? []).map(readToolCall),
        prefix: message.prefix ?? false,
      };
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
  return { id: call.id ?? undefined, name, argumentsJson: typeof given === "string" ? given : JSON.stringify(given) };
}

function readContent(content: WireContent): readonly ContentChunk[] {
  if (typeof content === "string") return [{ type: "text", text: content }];
  return (content ?? []).flatMap(readChunk);
}

function readChunk(chunk: WireContentChunk): readonly ContentChunk[] {
  if (chunk.type === "text") return [{ type: "text", text: String(chunk.text) }];
  if (chunk.type !== "thinking") return [];
  const { thinking, closed } = chunk as z.infer<typeof ThinkingChunk>;
  const text = typeof thinking === "string" ? thinking : thinking.map((part) => part.text).join("");
  return [{ type: "thinking", text, closed: closed ?? true }];
}

function joinText(content: WireContent): string {
  if (typeof content === "string") return content;
  return readContent(content)
    .flatMap((chunk) => (chunk.type === "text" ? [chunk.text] : []))
    .join(JOINT);
}
