/** A piece of what someone said. `closed: false` marks a thought that was cut off before its end. */
export type ContentChunk =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "thinking"; readonly text: string; readonly closed: boolean };

/** What the operator asks of the model. */
export interface SystemMessage {
  readonly role: "system";
  readonly content: readonly ContentChunk[];
}

export interface UserMessage {
  readonly role: "user";
  readonly text: string;
}

/** A call the model made. `argumentsJson` is JSON text as it stood on the wire; the empty text means `{}`. */
export interface ToolCall {
  /** Undefined when the caller gave none: it is then filled in by position. */
  readonly id: string | undefined;
  readonly name: string;
  readonly argumentsJson: string;
}

export interface AssistantMessage {
  readonly role: "assistant";
  /** Empty when the caller sent no content at all; one empty text when it sent `""`. */
  readonly content: readonly ContentChunk[];
  readonly toolCalls: readonly ToolCall[];
  /** The model continues this message instead of beginning one. Last message only. */
  readonly prefix: boolean;
}

/** What a tool answered. */
export interface ToolMessage {
  readonly role: "tool";
  /** The call answered; undefined: filled in by position. */
  readonly callId: string | undefined;
  readonly name: string | undefined;
  readonly text: string;
}

export type Message = SystemMessage | UserMessage | AssistantMessage | ToolMessage;

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
  readonly reasoningEffort?: "none" | "high";
  /** Refuse what is usually repaired: foreign or missing tool call ids, empty assistant messages. Default false. */
  readonly strict?: boolean;
}

/** The plain text of a message, thoughts left out. */
export function spokenText(content: readonly ContentChunk[]): string {
  return content.map((chunk) => (chunk.type === "text" ? chunk.text : "")).join("");
}

/** One text chunk, or none for the empty text. */
export function textContent(text: string): readonly ContentChunk[] {
  return text === "" ? [] : [{ type: "text", text }];
}
