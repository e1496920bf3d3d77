import type { AnsweredToolCall, ChatCompletion, WireFinishReason } from "../completion.ts";
import type { WireError } from "../error-body.ts";
import type { Usage } from "../usage.ts";
import type { WireResponsesRequest } from "./schema.ts";

export interface OutputMessage {
  readonly type: "message";
  readonly id: string;
  readonly role: "assistant";
  readonly status: "in_progress" | "completed" | "incomplete";
  readonly content: readonly OutputText[];
}

export interface OutputText {
  readonly type: "output_text";
  readonly text: string;
  readonly annotations: readonly [];
  readonly logprobs: readonly [];
}

export interface OutputCall {
  readonly type: "function_call";
  readonly id: string;
  readonly call_id: string;
  readonly name: string;
  readonly arguments: string;
  readonly status: "in_progress" | "completed";
}

export type OutputItem = OutputMessage | OutputCall;

export interface ResponseObject {
  readonly id: string;
  readonly object: "response";
  readonly created_at: number;
  readonly model: string;
  readonly status: "in_progress" | "completed" | "incomplete" | "failed";
  readonly output: readonly OutputItem[];
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly incomplete_details: { readonly reason: "max_output_tokens" } | null;
  readonly usage: ResponseUsage | null;
  readonly [repeated: string]: unknown;
}

interface ResponseUsage {
  readonly input_tokens: number;
  readonly input_tokens_details: { readonly cached_tokens: number };
  readonly output_tokens: number;
  readonly output_tokens_details: { readonly reasoning_tokens: number };
  readonly total_tokens: number;
}

export interface ResponseFrame {
  /** 32 hexadecimal digits: ids of the response and its items are made of them. */
  readonly id: string;
  readonly created: number;
  readonly request: WireResponsesRequest;
}

/** How an answer ended. */
export interface ResponseEnd {
  readonly reason: WireFinishReason;
  readonly usage: Usage;
}

/** A whole chat answer as a response object. */
export function toResponse(
  { id, created, choices, usage }: ChatCompletion,
  request: WireResponsesRequest,
): ResponseObject {
  const frame: ResponseFrame = { id, created, request };
  const [choice] = choices;
  const reason = choice?.finish_reason ?? "stop";
  const calls = choice?.message.tool_calls ?? [];
  const content = choice?.message.content ?? "";
  const text = typeof content === "string" ? content : "";
  const message = text === "" && calls.length > 0 ? [] : [outputMessage(frame, text, itemStatus(reason))];
  const output = [...message, ...calls.map((call, index) => outputCall(frame, call, index))];
  return finishedResponse(frame, output, { reason, usage });
}

/** A response of which nothing is known yet but the request. */
export function openResponse({ id, created, request }: ResponseFrame): ResponseObject {
  return {
    id: `resp_${id}`,
    object: "response",
    created_at: created,
    status: "in_progress",
    background: false,
    error: null,
    incomplete_details: null,
    instructions: request.instructions ?? null,
    max_output_tokens: request.max_output_tokens ?? null,
    metadata: request.metadata ?? {},
    model: request.model,
    output: [],
    parallel_tool_calls: request.parallel_tool_calls ?? true,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    service_tier: "default",
    store: false,
    temperature: request.temperature ?? null,
    text: { format: request.text?.format ?? { type: "text" } },
    tool_choice: request.tool_choice ?? "auto",
    tools: request.tools ?? [],
    top_p: request.top_p ?? 1,
    truncation: "disabled",
    usage: null,
    user: request.user ?? null,
  };
}

export function finishedResponse(
  frame: ResponseFrame,
  output: readonly OutputItem[],
  end: ResponseEnd,
): ResponseObject {
  const isCut = itemStatus(end.reason) === "incomplete";
  return {
    ...openResponse(frame),
    status: isCut ? "incomplete" : "completed",
    incomplete_details: isCut ? { reason: "max_output_tokens" } : null,
    output,
    usage: {
      input_tokens: end.usage.prompt_tokens,
      input_tokens_details: { cached_tokens: end.usage.prompt_tokens_details?.cached_tokens ?? 0 },
      output_tokens: end.usage.completion_tokens,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: end.usage.total_tokens,
    },
  };
}

export function failedResponse(frame: ResponseFrame, { code, message }: WireError): ResponseObject {
  return { ...openResponse(frame), status: "failed", error: { code: code ?? "server_error", message } };
}

export function itemStatus(reason: WireFinishReason): "completed" | "incomplete" {
  return reason === "length" || reason === "model_length" ? "incomplete" : "completed";
}

export function outputText(text: string): OutputText {
  return { type: "output_text", text, annotations: [], logprobs: [] };
}

export function outputMessage({ id }: ResponseFrame, text: string, status: OutputMessage["status"]): OutputMessage {
  const content = status === "in_progress" ? [] : [outputText(text)];
  return { type: "message", id: `msg_${id}`, role: "assistant", status, content };
}

export function outputCall({ id }: ResponseFrame, call: AnsweredToolCall, index: number): OutputCall {
  const { name, arguments: text } = call.function;
  return {
    type: "function_call",
    id: `fc_${id}_${index}`,
    call_id: call.id,
    name,
    arguments: text,
    status: "completed",
  };
}
