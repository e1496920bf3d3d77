export type {
  ChatTemplate,
  InfillRequest,
  Mark,
  RenderedPrompt,
  TemplateCapabilities,
  ThinkingProtocol,
  ToolCallProtocol,
} from "./chat-template.ts";
export { chooseTemplate } from "./choose-template.ts";
export type { TemplateSource } from "./choose-template.ts";
export { spokenText, textContent } from "./conversation.ts";
export type {
  AssistantMessage,
  ContentChunk,
  Conversation,
  Message,
  SystemMessage,
  ToolCall,
  ToolDefinition,
  ToolMessage,
  UserMessage,
} from "./conversation.ts";
export type { PromptPart } from "./segment.ts";
export { createCallId, isNativeCallId } from "./tool-call-id.ts";
