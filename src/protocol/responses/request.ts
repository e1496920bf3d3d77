import type { z } from "zod";
import { readChatRequest } from "../chat.ts";
import type { ChatRequest } from "../chat.ts";
import { readBody } from "../read-body.ts";
import type { ReadBodyOptions } from "../read-body.ts";
import { refuse } from "../refusal.ts";
import type { Reading } from "../refusal.ts";
import { translateInput } from "./input.ts";
import { ResponsesRequestSchema } from "./schema.ts";
import type { TextFormat, WireResponsesRequest } from "./schema.ts";

/** The request as a chat, and as it came: the answer repeats parts of it. */
export interface ResponsesRequest {
  readonly chat: ChatRequest;
  readonly wire: WireResponsesRequest;
}

/** Reads a request of the Responses API as the chat it means. */
export function readResponsesRequest(body: unknown, options?: ReadBodyOptions): Reading<ResponsesRequest> {
  const reading = readBody(ResponsesRequestSchema, body, options);
  if (!reading.ok) return reading;
  const wire = reading.value;
  const needsMemory = (["previous_response_id", "conversation", "background", "prompt"] as const).find(
    (field) => wire[field],
  );
  if (needsMemory)
    return refuse(
      "invalid_request",
      `'${needsMemory}' needs stored responses, which this server does not keep`,
      needsMemory,
    );
  if (wire.truncation === "auto")
    return refuse("invalid_request", "Prompts are never cut to fit; truncation must be 'disabled'", "truncation");
  const messages = translateInput(wire);
  if (!messages.ok) return messages;
  const chat = readChatRequest(translate(wire, messages.value));
  return chat.ok ? { ok: true, value: { chat: chat.value, wire }, ignored: reading.ignored } : chat;
}

function translate(wire: WireResponsesRequest, messages: readonly unknown[]): unknown {
  return {
    model: wire.model,
    messages,
    temperature: wire.temperature,
    top_p: wire.top_p,
    max_tokens: wire.max_output_tokens,
    stream: wire.stream,
    parallel_tool_calls: wire.parallel_tool_calls,
    tools: wire.tools?.map(({ type, ...tool }) => (type === "function" ? { type, function: tool } : { type })),
    tool_choice: translateToolChoice(wire.tool_choice),
    response_format: translateFormat(wire.text?.format),
  };
}

function translateToolChoice(choice: WireResponsesRequest["tool_choice"]): unknown {
  if (typeof choice !== "object" || choice === null) return choice;
  return choice.type === "function" ? { type: "function", function: { name: choice.name } } : { type: choice.type };
}

function translateFormat(format: z.infer<typeof TextFormat> | null | undefined): unknown {
  if (format?.type !== "json_schema") return format;
  const { type, ...schema } = format;
  return { type, json_schema: schema };
}
