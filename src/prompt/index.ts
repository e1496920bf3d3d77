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
export { spokenText } from "./conversation.ts";
export type { Conversation, Message, ToolDefinition } from "./conversation.ts";
export { AnswerReader } from "./answer/answer-reader.ts";
export type { AnswerReaderParts } from "./answer/answer-reader.ts";
export type { AnsweredCall, AnswerEvent, AnswerInput } from "./answer/answer-event.ts";
export type { PromptPart } from "./segment.ts";
export { createCallId, isNativeCallId } from "./tool-call-id.ts";
