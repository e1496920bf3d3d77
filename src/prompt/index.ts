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
export type { TemplateSource } from "./template-source.ts";
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
export { AnswerReader } from "./answer/answer-reader.ts";
export type { AnswerReaderParts } from "./answer/answer-reader.ts";
export type { AnsweredCall, AnswerEvent, AnswerInput } from "./answer/answer-event.ts";
export { readConversation } from "./read-conversation.ts";
export type { ConversationSource } from "./read-conversation.ts";
export type { PromptPart } from "./segment.ts";
export { createCallId, isNativeCallId } from "./tool-call-id.ts";
