export {
  AppendConversationSchema,
  CreateAgentSchema,
  RestartConversationSchema,
  StartConversationSchema,
  UpdateAgentSchema,
} from "./agents.ts";
export type {
  AppendConversation,
  CompletionArgs,
  ConversationEntry,
  ConversationEvent,
  CreateAgent,
  RestartConversation,
  StartConversation,
  UpdateAgent,
} from "./agents.ts";
export { BATCH_ENDPOINTS, BATCH_STATUSES, BatchLineSchema, CreateBatchSchema, INLINE_REQUESTS } from "./batch.ts";
export type { BatchEndpoint, BatchFault, BatchJob, BatchList, BatchOutput, BatchStatus, CreateBatch } from "./batch.ts";
export { ChatRequestSchema, readChatRequest } from "./chat.ts";
export type { ChatRequest, WireChatRequest } from "./chat.ts";
export type {
  AnswerChunk,
  AnsweredToolCall,
  ChatCompletion,
  ChatCompletionChunk,
  ChunkChoice,
  CompletionChoice,
  WireFinishReason,
  WireLogprobs,
  WireTokenLogprob,
} from "./completion.ts";
export { detectDialect } from "./dialect.ts";
export type { Dialect, DialectClues } from "./dialect.ts";
export { EmbeddingRequestSchema, readEmbeddingRequest } from "./embeddings.ts";
export type { EmbeddingRequest, EmbeddingResponse } from "./embeddings.ts";
export { errorBody } from "./error-body.ts";
export type { ErrorBody, ErrorBodyParts, WireError } from "./error-body.ts";
export { FILE_PURPOSES, FILE_VISIBILITIES, SAMPLE_TYPES } from "./files.ts";
export type { FileList, FileObject, FilePurpose, FileSource, FileVisibility, SampleType } from "./files.ts";
export { FimRequestSchema, readFimRequest } from "./fim.ts";
export type { FimRequest } from "./fim.ts";
export {
  CreateLibrarySchema,
  ShareLibrarySchema,
  UnshareLibrarySchema,
  UpdateDocumentSchema,
  UpdateLibrarySchema,
} from "./libraries.ts";
export type {
  CreateLibrary,
  DocumentObject,
  LibraryObject,
  Passage,
  ProcessStatus,
  ShareLibrary,
  SharingObject,
  UnshareLibrary,
  UpdateDocument,
  UpdateLibrary,
} from "./libraries.ts";
export { MessageSchema, readMessage } from "./messages.ts";
export type { ChatMessage, ContentChunk, ToolCall, WireMessage } from "./messages.ts";
export type { ModelCapabilities, ModelCard, ModelList } from "./models.ts";
export {
  AdvisePolicySchema,
  POLICY_ACTIONS,
  POLICY_STAGES,
  POLICY_STRICTNESS,
  PolicyDraftSchema,
  PolicyRuleSchema,
  PublishPolicySchema,
  ReplayPolicySchema,
  ReviewDecisionSchema,
  RollBackPolicySchema,
  TestPolicySchema,
} from "./policies.ts";
export type {
  PolicyAction,
  PolicyAdvice,
  PolicyDefinition,
  PolicyDraft,
  PolicyNotice,
  PolicyRule,
  PolicyStage,
  PolicyStrictness,
  PolicyVerdict,
  RuleFinding,
  RuleNotice,
  UnjudgedNotice,
} from "./policies.ts";
export {
  ChatClassificationRequestSchema,
  ChatModerationRequestSchema,
  GuardrailSchema,
  ModerationRequestSchema,
  readChatModerationRequest,
  readModerationRequest,
} from "./moderations.ts";
export type {
  ClassificationResponse,
  Guardrail,
  GuardrailReport,
  ModerationRequest,
  ModerationResponse,
  ModerationResult,
} from "./moderations.ts";
export { readBody } from "./read-body.ts";
export type { ReadBodyOptions } from "./read-body.ts";
export type { Reading, Refusal, ValidationDetail } from "./refusal.ts";
export { ResponseEvents } from "./responses/events.ts";
export type { ResponseEvent } from "./responses/events.ts";
export { readResponsesRequest } from "./responses/request.ts";
export type { ResponsesRequest } from "./responses/request.ts";
export { ResponsesRequestSchema } from "./responses/schema.ts";
export { toResponse } from "./responses/response.ts";
export type { ResponseObject } from "./responses/response.ts";
export { ResponseFormatSchema } from "./response-format.ts";
export type { ResponseFormat } from "./response-format.ts";
export type { SamplingWishes } from "./sampling-fields.ts";
export { DONE, encodeEvent, EventDecoder, HEARTBEAT } from "./server-sent-events.ts";
export type { ServerSentEvent } from "./server-sent-events.ts";
export { toTextChunks, toTextCompletion } from "./text-completion/answer.ts";
export type { TextChoice, TextCompletion, TextCompletionChunk } from "./text-completion/answer.ts";
export { readTextCompletionRequest, TextCompletionRequestSchema } from "./text-completion/request.ts";
export type { TextCompletionRequest } from "./text-completion/request.ts";
export { ToolChoiceSchema, ToolSchema } from "./tools.ts";
export type { FunctionTool, ToolChoice } from "./tools.ts";
export { countUsage } from "./usage.ts";
export type { FormUsage } from "./usage.ts";
export type { Usage } from "./usage.ts";
export type {
  AnswerUsage,
  AppEvent,
  JobView,
  AppModel,
  AppUser,
  AppWorkspace,
  Attachment,
  ChatTools,
  Conversation,
  MessageDetails,
  MessagePage,
  MessageStatus,
  PolicyDecision,
  AnswerFault,
  AnswerWait,
  AppSession,
  FoundMessage,
  SearchHit,
  ThreadMessage,
  ToolCallView,
  UnjudgedNote,
} from "./app/chat.ts";
export {
  CHAT_TOOL_NAMES,
  conversationPatchBody,
  enterWorkspaceBody,
  setupBody,
  decideCallBody,
  newConversationBody,
  regenerateBody,
  sendMessageBody,
  signInBody,
} from "./app/requests.ts";
export type { ChatToolName, SendMessageBody } from "./app/requests.ts";
