import type { Conversation } from "./conversation.ts";
import type { PromptPart } from "./segment.ts";

/** How a model writes its tool calls: the grammar forces this form and the answer reader takes it apart again. */
export type ToolCallProtocol =
  /** `[TOOL_CALLS]` once, then a JSON array of `{"name", "arguments"}`, with `"id"` when `ids`. */
  | { readonly kind: "mistral-list"; readonly ids: boolean }
  /** `[TOOL_CALLS]` name `[ARGS]` JSON for each call; `callIds`: `[CALL_ID]` id may stand between. */
  | { readonly kind: "mistral-named"; readonly callIds: boolean }
  /** `{"name", "arguments"}` between two marks, once per call; the marks are control tokens or plain text. */
  | { readonly kind: "marked-json"; readonly open: Mark; readonly close: Mark }
  /** The whole answer is `{"name", "parameters"}`, several parted by `; `: an answer that begins with `{` is a call. */
  | { readonly kind: "bare-json" };

/** A text that sets something apart in a model's answer. */
export interface Mark {
  readonly text: string;
  /** A token of its own, which no plain text can imitate. */
  readonly control: boolean;
}

/** How a model sets its thoughts apart. */
export interface ThinkingProtocol {
  readonly open: Mark;
  readonly close: Mark;
  /** The prompt already opened the thought: the answer begins inside it. */
  readonly startsOpen: boolean;
  /** Line breaks set the marks apart from the text; they are no part of it. */
  readonly padded: boolean;
}

/** What a template can express. */
export interface TemplateCapabilities {
  /** A system message has a place of its own; without, its text opens the first user message. */
  readonly system: boolean;
  /** Undefined: conversations with tools are refused with `capability_missing`. */
  readonly toolCalls: ToolCallProtocol | undefined;
  /** Code infilling. */
  readonly infill: boolean;
  /** Undefined: thoughts in the history are left out. */
  readonly thinking: ThinkingProtocol | undefined;
  /** The prompt can carry `reasoningEffort`. */
  readonly reasoningEffort: boolean;
}

export interface RenderedPrompt {
  readonly parts: readonly PromptPart[];
  /**
   * The beginning of the answer that stands in the prompt already, exactly as the model sees it (trailing spaces may
   * have been dropped); undefined when the conversation does not end with a prefix message.
   */
  readonly prefix: string | undefined;
  /**
   * The answer begins a segment of its own, so that a space at its very beginning belongs to the format (SentencePiece's
   * dummy space, the blank after a mark) and is no part of the text.
   */
  readonly dropsFirstSpace: boolean;
}

/** A code gap to fill: `before` the gap and `after` it. */
export interface InfillRequest {
  readonly before: string;
  readonly after: string;
}

/**
 * Turns conversations into prompts for one model. Pure: the same conversation always gives the same parts. The first
 * begin-of-sequence token is left to the engine where the tokenizer adds it.
 */
export interface ChatTemplate {
  /** Family and generation, such as `mistral-v3`. */
  readonly name: string;
  /** Why this one was chosen for the model, for people. */
  readonly reason: string;
  readonly capabilities: TemplateCapabilities;
  /** Texts that end the model's turn, for formats that end it without a control token. */
  readonly stop: readonly string[];
  /**
   * Errors: `invalid_message_order`, `invalid_assistant_message`, `invalid_function_call`, `capability_missing`, and
   * `invalid_request` with the template's own words when it refuses.
   */
  render(conversation: Conversation): RenderedPrompt;
  /** Errors: `capability_missing` for models that were not trained to fill gaps. */
  renderInfill(request: InfillRequest): RenderedPrompt;
}
