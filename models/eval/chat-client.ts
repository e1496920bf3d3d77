import { toJson } from "../recipe/src/json.ts";
import type { Message, Sample, ToolCall } from "../recipe/src/sample.ts";
import type { Answer } from "./scorers.ts";

export interface Server {
  /** Up to and with `/v1`. */
  url: string;
  model: string;
  key: string;
}

interface WireCall {
  id?: string;
  type: "function";
  function: { name: string; arguments: string | Record<string, unknown> };
}

const toWire = (call: ToolCall): WireCall => ({
  ...(call.id ? { id: call.id } : {}),
  type: "function",
  function: { name: call.name, arguments: toJson(call.arguments) },
});

function messageBody(message: Message): object {
  if (message.role === "tool") return { role: "tool", content: message.content, tool_call_id: message.callId };
  if (message.role === "assistant" && message.toolCalls)
    return { role: "assistant", content: message.content, tool_calls: message.toolCalls.map(toWire) };
  return { role: message.role, content: message.content };
}

/** The request a client of the API would send for the sample, greedy. */
export function requestBody(sample: Sample, model: string): object {
  return {
    model,
    temperature: 0,
    max_tokens: 256,
    messages: sample.messages.map(messageBody),
    ...(sample.tools ? { tools: sample.tools } : {}),
  };
}

const argumentsOf = (call: WireCall): Record<string, unknown> =>
  typeof call.function.arguments === "string"
    ? (JSON.parse(call.function.arguments) as Record<string, unknown>)
    : call.function.arguments;

/** Asks the server; a refusal by the server is an error, never a wrong answer. */
export async function ask(sample: Sample, server: Server): Promise<Answer> {
  const response = await fetch(`${server.url}/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${server.key}` },
    body: JSON.stringify(requestBody(sample, server.model)),
  });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  const body = (await response.json()) as {
    choices: { message: { content: string | null; tool_calls?: WireCall[] | null } }[];
  };
  const message = body.choices[0]!.message;
  return {
    text: message.content ?? "",
    toolCalls: (message.tool_calls ?? []).map((call) => ({ name: call.function.name, arguments: argumentsOf(call) })),
  };
}
