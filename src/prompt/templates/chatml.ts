import type { ChatTemplate, RenderedPrompt, TemplateCapabilities, ToolCallProtocol } from "../chat-template.ts";
import { spokenText } from "../conversation.ts";
import type { Conversation } from "../conversation.ts";
import { chooseInfill, refuseInfill } from "../infill.ts";
import { writePythonJson } from "../json-text.ts";
import { normalizeMessages, SEPARATOR } from "../normalize.ts";
import type { NormalizedMessage } from "../normalize.ts";
import { control, plain } from "../segment.ts";
import type { PromptPart } from "../segment.ts";
import type { FamilyParts } from "./family.ts";
import { argumentsNode, jsonObject, jsonString, toolNode } from "./tool-json.ts";

/**
 * ChatML: `<|im_start|>role`, a line break, the text, `<|im_end|>`. Tools stand in the system message, calls between
 * `<tool_call>` marks, as the Hermes and Qwen families learnt them. For models that bring no template of their own.
 */
export class ChatMlTemplate implements ChatTemplate {
  readonly name = "chatml";
  readonly reason: string;
  readonly capabilities: TemplateCapabilities;
  readonly stop: readonly string[] = [];
  readonly renderInfill: ChatTemplate["renderInfill"];

  constructor({ reason, controlTokens }: Omit<FamilyParts, "start">) {
    this.reason = reason;
    const infill = chooseInfill(controlTokens);
    this.renderInfill = infill ?? refuseInfill;
    this.capabilities = {
      system: true,
      toolCalls: chatMlCalls(controlTokens),
      infill: infill !== undefined,
      thinking: undefined,
      reasoningEffort: false,
    };
  }

  render(conversation: Conversation): RenderedPrompt {
    const messages = normalizeMessages(conversation, {
      system: "first",
      keepsThinking: false,
      speaksWithCalls: true,
      ordersResults: true,
    });
    const system = messages[0]?.role === "system" ? spokenText(messages[0].content) : "";
    const turns = messages.filter((message) => message.role !== "system");
    const opening = [system, toolInstructions(conversation)].filter((text) => text !== "").join(SEPARATOR);
    const last = turns.at(-1);
    const prefix = last?.role === "assistant" ? last : undefined;
    const parts = [
      ...(opening === "" ? [] : turn("system", opening)),
      ...turns.slice(0, prefix === undefined ? undefined : -1).flatMap(renderTurn),
      control("<|im_start|>"),
      ...plain(`assistant\n${prefix === undefined ? "" : assistantText(prefix)}`),
    ];
    return { parts, prefix: prefix === undefined ? undefined : spokenText(prefix.content), dropsFirstSpace: false };
  }
}

function chatMlCalls(controlTokens: readonly string[]): ToolCallProtocol {
  const mark = (text: string) => ({ text, control: controlTokens.includes(text) });
  return { kind: "marked-json", open: mark("<tool_call>"), close: mark("</tool_call>") };
}

function turn(role: string, text: string): readonly PromptPart[] {
  return [control("<|im_start|>"), ...plain(`${role}\n${text}`), control("<|im_end|>"), ...plain("\n")];
}

function renderTurn(message: NormalizedMessage): readonly PromptPart[] {
  switch (message.role) {
    case "system":
      return [];
    case "user":
      return turn("user", message.text);
    case "assistant":
      return turn("assistant", assistantText(message));
    case "tool":
      return turn("tool", message.text);
  }
}

function assistantText(message: Extract<NormalizedMessage, { role: "assistant" }>): string {
  const calls = message.toolCalls.map((call) => {
    const json = writePythonJson(jsonObject({ name: jsonString(call.name), arguments: argumentsNode(call) }));
    return `<tool_call>\n${json}\n</tool_call>`;
  });
  return [spokenText(message.content), ...calls].filter((text) => text !== "").join("\n");
}

function toolInstructions({ tools }: Conversation): string {
  if (tools.length === 0) return "";
  const list = tools.map((tool) => writePythonJson(toolNode(tool))).join("\n");
  return [
    "You can call these functions:",
    `<tools>\n${list}\n</tools>`,
    'To call one, answer with <tool_call>\n{"name": its name, "arguments": an object}\n</tool_call>',
  ].join("\n");
}
