import { TramontaneError } from "#base";
import type { ChatMessage, ChatRequest, FunctionTool, ToolCall, ToolChoice } from "#protocol";
import type { EndpointKind } from "./remote-model-spec.ts";

type Json = Readonly<Record<string, unknown>>;

/**
 * A chat request as an endpoint of this kind takes it; streamed answers end with the usage. What the endpoint would
 * ignore in silence is refused: `capability_missing`.
 */
export function toWireRequest(request: ChatRequest, model: string, kind: EndpointKind): Json {
  refuseWhatIsIgnored(request, kind);
  const { sampling, choices, maxTokens, minTokens, stop, logprobs, prediction, stream } = request;
  const isMistral = kind === "mistral" || kind === "tramontane";
  const seed = sampling.seed === undefined ? undefined : Number(BigInt.asUintN(53, sampling.seed));
  const continues = kind === "vllm" && continuesAnswer(request);
  const hasTools = request.tools.length > 0;
  // What is undefined is not written.
  return {
    model,
    messages: request.messages.map((message) => toWireMessage(message, isMistral)),
    stream: stream || undefined,
    stream_options: stream && kind !== "mistral" ? { include_usage: true } : undefined,
    temperature: sampling.temperature,
    top_p: sampling.topP,
    max_tokens: maxTokens,
    min_tokens: minTokens > 0 ? minTokens : undefined,
    stop: stop.length > 0 ? stop : undefined,
    random_seed: isMistral ? seed : undefined,
    seed: isMistral ? undefined : seed,
    n: choices > 1 ? choices : undefined,
    presence_penalty: sampling.presencePenalty === 0 ? undefined : sampling.presencePenalty,
    frequency_penalty: sampling.frequencyPenalty === 0 ? undefined : sampling.frequencyPenalty,
    logit_bias: sampling.logitBias.size > 0 ? Object.fromEntries(sampling.logitBias) : undefined,
    logprobs: logprobs === undefined ? undefined : true,
    top_logprobs: logprobs,
    prediction: prediction === undefined ? undefined : { type: "content", content: prediction },
    tools: hasTools ? request.tools.map(toWireTool) : undefined,
    tool_choice: hasTools ? toWireToolChoice(request.toolChoice, isMistral) : undefined,
    parallel_tool_calls: hasTools && !request.parallelToolCalls ? false : undefined,
    response_format: toWireFormat(request.responseFormat),
    reasoning_effort: request.wantsReasoning === undefined ? undefined : request.wantsReasoning ? "high" : "none",
    continue_final_message: continues || undefined,
    add_generation_prompt: continues ? false : undefined,
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

const toWireTool = ({ name, description, parameters, strict }: FunctionTool): Json => ({
  type: "function",
  function: { name, description, parameters, strict: strict || undefined },
});

function toWireToolChoice(choice: ToolChoice, isMistral: boolean): Json | string {
  if (choice.kind === "named") return { type: "function", function: { name: choice.name } };
  return choice.kind === "any" && !isMistral ? "required" : choice.kind;
}

function toWireFormat(format: ChatRequest["responseFormat"]): Json | undefined {
  switch (format.kind) {
    case "text":
      return undefined;
    case "json_object":
      return { type: "json_object" };
    case "regex":
      return { type: "regex", regex: format.pattern };
    case "ebnf":
      return { type: "grammar", grammar: { syntax: "ebnf", definition: format.grammar } };
    case "json_schema":
      return { type: "json_schema", json_schema: { name: format.name, schema: format.schema, strict: true } };
  }
}

function toWireMessage(message: ChatMessage, isMistral: boolean): Json {
  switch (message.role) {
    case "system":
      return { role: "system", content: textOf(message.content) };
    case "user":
      return { role: "user", content: message.text };
    case "tool":
      return { role: "tool", content: message.text, tool_call_id: message.callId, name: message.name };
    case "assistant":
      return {
        role: "assistant",
        content: textOf(message.content),
        tool_calls: message.toolCalls.length > 0 ? message.toolCalls.map(toWireCall) : undefined,
        prefix: (message.prefix && isMistral) || undefined,
      };
  }
}

const toWireCall = ({ id, name, argumentsJson }: ToolCall): Json => ({
  id,
  type: "function",
  function: { name, arguments: argumentsJson },
});

/** Earlier thoughts stay here: no engine wants them back, and most refuse them. */
export function textOf(content: readonly { readonly type: string; readonly text: string }[]): string {
  let text = "";
  for (const chunk of content) if (chunk.type === "text") text += chunk.text;
  return text;
}
