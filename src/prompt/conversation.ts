import type { ChatMessage, ContentChunk } from "#protocol";

/** The words of the wire are the words of a conversation: read, translated, and still in the order they came. */
export type Message = ChatMessage;
export type SystemMessage = Extract<Message, { role: "system" }>;
export type UserMessage = Extract<Message, { role: "user" }>;
export type AssistantMessage = Extract<Message, { role: "assistant" }>;
export type ToolMessage = Extract<Message, { role: "tool" }>;

/** A function the model may call. `parameters` is a JSON Schema object. */
export interface ToolDefinition {
  readonly name: string;
  readonly description: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** A whole request as the templates see it: validated and in native types. */
export interface Conversation {
  readonly messages: readonly Message[];
  /** Tools to show to the model; empty when none, or when the caller forbids their use. */
  readonly tools: readonly ToolDefinition[];
  /** How hard to think, for models that read such a setting; undefined: the model's own default. */
  readonly reasoningEffort?: "none" | "high" | undefined;
  /** Refuse what is usually repaired: foreign or missing tool call ids, empty assistant messages. Default false. */
  readonly strict?: boolean | undefined;
}

/** The plain text of a message, thoughts left out. */
export function spokenText(content: readonly ContentChunk[]): string {
  return content.map((chunk) => (chunk.type === "text" ? chunk.text : "")).join("");
}
