import { TramontaneError } from "#base";
import type { ChatMessage, ChatRequest } from "#protocol";
import type { EndpointKind } from "./remote-model-spec.ts";

type Json = Readonly<Record<string, unknown>>;

/**
 * A chat request as an endpoint of this kind takes it; streamed answers end with the usage. What the endpoint would
 * ignore in silence is refused: `capability_missing`.
 */
export function toWireRequest(request: ChatRequest, model: string, kind: EndpointKind): Json {
  refuseWhatIsIgnored(request, kind);
  const { sampling, choices, maxTokens, minTokens, stop, logprobs, prediction } = request;
  const isMistral = kind === "mistral" || kind === "tramontane";
  const seed = sampling.seed === undefined ? undefined : Number(BigInt.asUintN(53, sampling.seed));
  return {
    model,
    messages: request.messages.map((message) => toWireMessage(message, isMistral)),
    ...(request.stream ? { stream: true } : {}),
    ...(request.stream && kind !== "mistral" ? { stream_options: { include_usage: true } } : {}),
    ...given("temperature", sampling.temperature),
    top_p: sampling.topP,
    ...given("max_tokens", maxTokens),
    ...(minTokens > 0 ? { min_tokens: minTokens } : {}),
    ...(stop.length > 0 ? { stop } : {}),
    ...given(isMistral ? "random_seed" : "seed", seed),
    ...(choices > 1 ? { n: choices } : {}),
    ...(sampling.presencePenalty === 0 ? {} : { presence_penalty: sampling.presencePenalty }),
    ...(sampling.frequencyPenalty === 0 ? {} : { frequency_penalty: sampling.frequencyPenalty }),
    ...(sampling.logitBias.size > 0 ? { logit_bias: Object.fromEntries(sampling.logitBias) } : {}),
    ...(logprobs === undefined ? {} : { logprobs: true, top_logprobs: logprobs }),
    ...(prediction === undefined ? {} : { prediction: { type: "content", content: prediction } }),
    ...toolFields(request, isMistral),
    ...formatField(request),
    ...(request.wantsReasoning === undefined ? {} : { reasoning_effort: request.wantsReasoning ? "high" : "none" }),
    ...(kind === "vllm" && continuesAnswer(request)
      ? { continue_final_message: true, add_generation_prompt: false }
      : {}),
  };
}

/** Whether the endpoint itself gives the client's prefix back as part of the answer. */
export function echoesPrefix(kind: EndpointKind): boolean {
  return kind === "mistral" || kind === "tramontane";
}

export function continuesAnswer({ messages }: ChatRequest): boolean {
  const last = messages.at(-1);
  return last?.role === "assistant" && last.prefix;
}

function refuseWhatIsIgnored(request: ChatRequest, kind: EndpointKind): void {
  const missing = (field: string): TramontaneError =>
    new TramontaneError("capability_missing", `The remote engine of this model does not support ${field}`, { field });
  const isMistral = kind === "mistral" || kind === "tramontane";
  if (continuesAnswer(request) && !isMistral && kind !== "vllm") throw missing("prefix");
  if (request.minTokens > 0 && !isMistral && kind !== "vllm") throw missing("min_tokens");
  const isOurs = ["regex", "ebnf"].includes(request.responseFormat.kind);
  if (isOurs && kind !== "tramontane") throw missing("response_format of this type");
  if (request.logprobs !== undefined && kind === "mistral") throw missing("logprobs");
  if (request.sampling.logitBias.size > 0 && kind === "mistral") throw missing("logit_bias");
}

function toolFields({ tools, toolChoice, parallelToolCalls }: ChatRequest, isMistral: boolean): Json {
  if (tools.length === 0) return {};
  const choice =
    toolChoice.kind === "named"
      ? { type: "function", function: { name: toolChoice.name } }
      : toolChoice.kind === "any" && !isMistral
        ? "required"
        : toolChoice.kind;
  return {
    tools: tools.map(({ name, description, parameters, strict }) => ({
      type: "function",
      function: { name, description, parameters, ...(strict ? { strict } : {}) },
    })),
    tool_choice: choice,
    ...(parallelToolCalls ? {} : { parallel_tool_calls: false }),
  };
}

function formatField({ responseFormat }: ChatRequest): Json {
  if (responseFormat.kind === "text") return {};
  if (responseFormat.kind === "json_object") return { response_format: { type: "json_object" } };
  if (responseFormat.kind === "regex") return { response_format: { type: "regex", regex: responseFormat.pattern } };
  if (responseFormat.kind === "ebnf") {
    return { response_format: { type: "grammar", grammar: { syntax: "ebnf", definition: responseFormat.grammar } } };
  }
  const { name, schema } = responseFormat;
  return { response_format: { type: "json_schema", json_schema: { name, schema, strict: true } } };
}

function toWireMessage(message: ChatMessage, isMistral: boolean): Json {
  switch (message.role) {
    case "system":
      return { role: "system", content: textOf(message.content) };
    case "user":
      return { role: "user", content: message.text };
    case "tool":
      return {
        role: "tool",
        content: message.text,
        ...given("tool_call_id", message.callId),
        ...given("name", message.name),
      };
    case "assistant":
      return {
        role: "assistant",
        content: textOf(message.content),
        ...(message.toolCalls.length > 0
          ? {
              tool_calls: message.toolCalls.map(({ id, name, argumentsJson }) => ({
                ...given("id", id),
                type: "function",
                function: { name, arguments: argumentsJson },
              })),
            }
          : {}),
        ...(message.prefix && isMistral ? { prefix: true } : {}),
      };
  }
}

/** Earlier thoughts stay here: no engine wants them back, and most refuse them. */
export function textOf(content: readonly { readonly type: string; readonly text: string }[]): string {
  return content.flatMap((chunk) => (chunk.type === "text" ? [chunk.text] : [])).join("");
}

function given(name: string, value: unknown): Json {
  return value === undefined ? {} : { [name]: value };
}
