import type { ContentChunk } from "#protocol";
import { spokenText } from "../conversation.ts";
import type { Conversation, ToolDefinition } from "../conversation.ts";
import type { NormalizedMessage } from "../normalize.ts";
import type { ControlMask } from "./control-mask.ts";

/** What a chat template of the Hugging Face convention gets to see, before the fixed words (`bos_token` and so on). */
export interface JinjaContext {
  readonly messages: readonly Readonly<Record<string, unknown>>[];
  readonly tools: readonly unknown[] | undefined;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Builds the context; `hide` is applied to every string that came from outside, and to nothing else. */
export function jinjaContext(
  conversation: Conversation,
  messages: readonly NormalizedMessage[],
  mask: Pick<ControlMask, "hide" | "hideDeep">,
): JinjaContext {
  const { reasoningEffort, tools } = conversation;
  return {
    messages: messages.map((message) => messageFields(message, mask)),
    tools: tools.length === 0 ? undefined : tools.map((tool) => toolFields(tool, mask)),
    settings:
      reasoningEffort === undefined
        ? {}
        : { enable_thinking: reasoningEffort !== "none", reasoning_effort: reasoningEffort },
  };
}

function messageFields(
  message: NormalizedMessage,
  mask: Pick<ControlMask, "hide" | "hideDeep">,
): Readonly<Record<string, unknown>> {
  switch (message.role) {
    case "system":
      return { role: "system", content: mask.hide(spokenText(message.content)) };
    case "user":
      return { role: "user", content: mask.hide(message.text) };
    case "tool": {
      const name = message.name === undefined ? {} : { name: mask.hide(message.name) };
      return { role: "tool", ...name, tool_call_id: mask.hide(message.callId), content: mask.hide(message.text) };
    }
    case "assistant": {
      const thought = thoughtText(message.content);
      return {
        role: "assistant",
        content: mask.hide(spokenText(message.content)),
        ...(thought === "" ? {} : { reasoning_content: mask.hide(thought) }),
        ...(message.toolCalls.length === 0
          ? {}
          : { tool_calls: message.toolCalls.map((call) => callFields(call, mask)) }),
      };
    }
  }
}

function thoughtText(content: readonly ContentChunk[]): string {
  return content.map((chunk) => (chunk.type === "thinking" ? chunk.text : "")).join("");
}

function callFields(
  call: { readonly id: string; readonly name: string; readonly argumentsJson: string },
  mask: Pick<ControlMask, "hide" | "hideDeep">,
): Readonly<Record<string, unknown>> {
  const argumentValue = parseArguments(call.argumentsJson);
  return {
    id: mask.hide(call.id),
    type: "function",
    function: { name: mask.hide(call.name), arguments: mask.hideDeep(argumentValue) },
  };
}

/** Templates expect an object; text that is none reaches them as text. */
function parseArguments(argumentsJson: string): unknown {
  if (argumentsJson === "") return {};
  try {
    return JSON.parse(argumentsJson);
  } catch {
    return argumentsJson;
  }
}

function toolFields(tool: ToolDefinition, mask: Pick<ControlMask, "hide" | "hideDeep">): unknown {
  return {
    type: "function",
    function: {
      name: mask.hide(tool.name),
      description: mask.hide(tool.description),
      parameters: mask.hideDeep(tool.parameters),
    },
  };
}
