import {
  ChatClassificationRequestSchema,
  ChatModerationRequestSchema,
  ChatRequestSchema,
  EmbeddingRequestSchema,
  FimRequestSchema,
  ModerationRequestSchema,
  ResponsesRequestSchema,
  TextCompletionRequestSchema,
} from "#protocol";
import type { Catalog, Inference, ModelNames } from "#platform";
import { brokenAnswer } from "./chunk-events.ts";
import { answerChat } from "./handlers/chat.ts";
import { answerEmbeddings } from "./handlers/embeddings.ts";
import { answerFim } from "./handlers/fim.ts";
import { describeEndpoint, listModels, retrieveModel } from "./handlers/models.ts";
import { answerClassifications, answerModerations } from "./handlers/moderations.ts";
import { answerResponses, brokenResponse } from "./handlers/responses.ts";
import { answerTextCompletions, brokenText } from "./handlers/text-completions.ts";
import type { ReadingRules } from "./reading-rules.ts";
import type { Route } from "./route.ts";

const CHAT = ["/v1/chat/completions", "/openai/v1/chat/completions", "/chat/completions"] as const;
const CHAT_AZURE = ["/models/chat/completions", "/v1/models/chat/completions"] as const;
const EMBEDDINGS = ["/v1/embeddings", "/openai/v1/embeddings", "/embeddings", "/models/embeddings"] as const;
const INFO = ["/info", "/models/info", "/v1/info"] as const;

export interface ApiParts {
  readonly inference: Inference;
  readonly catalog: Catalog;
  /** Names that workspaces have of their own for models; undefined: none. */
  readonly modelNames?: Pick<ModelNames, "of"> | undefined;
}

/** The compatible surface, one line per door. */
export function apiRoutes({ inference, catalog, modelNames }: ApiParts, rules: ReadingRules): readonly Route[] {
  // oxfmt-ignore
  return [
    { method: "POST", paths: [...CHAT, ...CHAT_AZURE], group: "Chat", summary: "Continue a conversation", body: ChatRequestSchema, streams: true, breakOff: brokenAnswer, handle: answerChat(inference, rules) },
    { method: "POST", paths: ["/v1/completions", "/openai/v1/completions"], group: "Texts", summary: "Continue a text as it stands, in OpenAI's older form", body: TextCompletionRequestSchema, streams: true, breakOff: brokenText, handle: answerTextCompletions(inference, rules) },
    { method: "POST", paths: ["/v1/fim/completions"], group: "Fill in the middle", summary: "Write the code between two pieces", body: FimRequestSchema, streams: true, breakOff: brokenAnswer, handle: answerFim(inference, rules) },
    { method: "POST", paths: EMBEDDINGS, group: "Embeddings", summary: "Turn texts into vectors of length one", body: EmbeddingRequestSchema, handle: answerEmbeddings(inference, rules) },
    { method: "POST", paths: ["/v1/responses", "/openai/v1/responses"], group: "Chat", summary: "Continue a conversation in OpenAI's Responses form, without memory", body: ResponsesRequestSchema, streams: true, breakOff: brokenResponse, handle: answerResponses(inference, rules) },
    { method: "POST", paths: ["/v1/moderations", "/openai/v1/moderations"], group: "Moderation", summary: "Score texts by category", body: ModerationRequestSchema, handle: answerModerations(inference, rules, "texts") },
    { method: "POST", paths: ["/v1/chat/moderations"], group: "Moderation", summary: "Score the last message of conversations by category", body: ChatModerationRequestSchema, handle: answerModerations(inference, rules, "conversations") },
    { method: "POST", paths: ["/v1/classifications"], group: "Moderation", summary: "Score texts by category and by the rules of the workspace's policy", body: ModerationRequestSchema, handle: answerClassifications(inference, rules, "texts") },
    { method: "POST", paths: ["/v1/chat/classifications"], group: "Moderation", summary: "Score the last message of conversations by category and by the rules of the workspace's policy", body: ChatClassificationRequestSchema, handle: answerClassifications(inference, rules, "conversations") },
    { method: "GET", paths: ["/v1/models", "/openai/v1/models"], group: "Models", summary: "List the models and their names", handle: listModels(catalog, modelNames) },
    { method: "GET", paths: ["/v1/models/:id", "/openai/v1/models/:id"], group: "Models", summary: "Describe one model", handle: retrieveModel(catalog, modelNames) },
    { method: "GET", paths: INFO, group: "Models", summary: "Describe the endpoint, as Azure does", handle: describeEndpoint(catalog) },
  ];
}
