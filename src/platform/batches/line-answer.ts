import { TramontaneError } from "#base";
import {
  readChatModerationRequest,
  readChatRequest,
  readEmbeddingRequest,
  readFimRequest,
  readModerationRequest,
} from "#protocol";
import type { BatchEndpoint, ErrorBody, Reading } from "#protocol";
import { agentChatBody } from "../agents/agent-chat.ts";
import type { Agents } from "../agents/agents.ts";
import type { Call } from "../inference/call.ts";
import type { Inference } from "../inference/inference.ts";

/** What a line came to, ready to be stored. `response` and `error` are JSON text. */
export interface LineAnswer {
  readonly status: number;
  readonly response: string;
  /** Null for a success. */
  readonly error: string | null;
}

/** An error as the endpoint itself would have answered it. */
export type DescribeFailure = (thrown: unknown, requestId: string) => WireFailure;

export interface WireFailure {
  readonly status: number;
  readonly body: ErrorBody;
}

/** What a batch asks with, where its lines do not say. */
export interface AskedWith {
  readonly model: string | undefined;
  /** The agent that all lines of a batch of chats are for. */
  readonly agentId: string | undefined;
}

/** What answers the lines of one endpoint: takes a body as it stands in the file, gives the endpoint's own. */
export type LineAnswerer = (body: unknown, call: Call, asked: AskedWith) => Promise<unknown>;

interface AnswererParts {
  readonly inference: Inference;
  readonly agents: Agents;
}

/** One answerer per endpoint. */
export function lineAnswerers({ inference, agents }: AnswererParts): Readonly<Record<BatchEndpoint, LineAnswerer>> {
  return {
    "/v1/chat/completions": async (body, call, { model, agentId }) => {
      const chat = agentId ? await agentChatBody(agents, { ...(body as object), agent_id: agentId }, call) : body;
      return await inference.chat(whole(accepted(readChatRequest(chat, reading(model)))), call);
    },
    "/v1/fim/completions": async (body, call, { model }) =>
      await inference.fim(whole(accepted(readFimRequest(body, reading(model)))), call),
    "/v1/embeddings": async (body, call, { model }) =>
      await inference.embed(accepted(readEmbeddingRequest(body, reading(model))), call),
    "/v1/moderations": async (body, call, { model }) =>
      await inference.moderate(accepted(readModerationRequest(body, reading(model))), call),
    "/v1/chat/moderations": async (body, call, { model }) =>
      await inference.moderate(accepted(readChatModerationRequest(body, reading(model))), call),
    "/v1/classifications": async (body, call, { model }) =>
      await inference.classify(accepted(readModerationRequest(body, reading(model))), call),
    "/v1/chat/classifications": async (body, call, { model }) =>
      await inference.classify(accepted(readChatModerationRequest(body, reading(model))), call),
  };
}

export function success(body: unknown): LineAnswer {
  return { status: 200, response: JSON.stringify(body), error: null };
}

export function failure({ status, body }: WireFailure): LineAnswer {
  const { message, type, code } = body;
  const text = (value: unknown): string => JSON.stringify(value).replaceAll("\\u0000", "\\ufffd");
  return { status, response: text(body), error: text({ message, type, code }) };
}

function reading(defaultModel: string | undefined) {
  return { unknownFields: "reject", ...(defaultModel === undefined ? {} : { defaultModel }) } as const;
}

function accepted<T>(read: Reading<T>): T {
  if (read.ok) return read.value;
  const { code, message, field, detail } = read.refusal;
  throw new TramontaneError(code, message, {
    ...(field === undefined ? {} : { field }),
    ...(detail === undefined ? {} : { details: { detail } }),
  });
}

function whole<T extends { readonly stream: boolean }>(request: T): T {
  if (!request.stream) return request;
  throw new TramontaneError("invalid_request", "A batch has no streams: leave `stream` out", { field: "stream" });
}
