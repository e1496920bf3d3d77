import type { ChatTemplate, RenderedPrompt, TemplateCapabilities } from "../chat-template.ts";
import { spokenText } from "../conversation.ts";
import type { Conversation } from "../conversation.ts";
import { refuseInfill } from "../infill.ts";
import { writePythonJson } from "../json-text.ts";
import { normalizeMessages, SEPARATOR } from "../normalize.ts";
import type { NormalizedMessage } from "../normalize.ts";
import { control, plain } from "../segment.ts";
import type { PromptPart } from "../segment.ts";
import type { FamilyParts } from "./family.ts";
import { argumentsNode, jsonObject, jsonString, toolNode } from "./tool-json.ts";

/**
 * Llama 3: a header of control tokens around the role, a blank line, the text, `<|eot_id|>`. Calls are bare JSON
 * (`{"name", "parameters"}`), results come from the role `ipython`. For models that bring no template of their own.
 */
export class Llama3Template implements ChatTemplate {
  readonly name = "llama-3";
  readonly reason: string;
  readonly capabilities: TemplateCapabilities = {
    system: true,
    toolCalls: { kind: "bare-json" },
    infill: false,
    thinking: undefined,
    reasoningEffort: false,
  };
  readonly stop: readonly string[] = [];
  readonly renderInfill = refuseInfill;
  readonly #start: readonly PromptPart[];

  constructor({ reason, start }: FamilyParts) {
    this.reason = reason;
    this.#start = start;
  }

  render(conversation: Conversation): RenderedPrompt {
    const messages = normalizeMessages(conversation, {
      system: "first",
      keepsThinking: false,
      speaksWithCalls: false,
      ordersResults: true,
    });
    const system = messages[0]?.role === "system" ? spokenText(messages[0].content).trim() : "";
    const turns = messages.filter((message) => message.role !== "system");
    const opening = [system, toolInstructions(conversation)].filter((text) => text !== "").join(SEPARATOR);
    const last = turns.at(-1);
    const prefix = last?.role === "assistant" ? spokenText(last.content).trim() : undefined;
    const parts = [
      ...this.#start,
      ...(opening === "" ? [] : [...header("system", opening), control("<|eot_id|>")]),
      ...turns.slice(0, prefix === undefined ? undefined : -1).flatMap(renderTurn),
      ...header("assistant", prefix ?? ""),
    ];
    return { parts, prefix, dropsFirstSpace: false };
  }
}

function header(role: string, text: string): readonly PromptPart[] {
  return [control("<|start_header_id|>"), ...plain(role), control("<|end_header_id|>"), ...plain(`\n\n${text}`)];
}

function renderTurn(message: NormalizedMessage): readonly PromptPart[] {
  switch (message.role) {
    case "system":
      return [];
    case "user":
      return [...header("user", message.text.trim()), control("<|eot_id|>")];
    case "tool":
      return [...header("ipython", message.text), control("<|eot_id|>")];
    case "assistant":
      return [...header("assistant", assistantText(message)), control("<|eot_id|>")];
  }
}

function assistantText(message: Extract<NormalizedMessage, { role: "assistant" }>): string {
  const calls = message.toolCalls.map((call) =>
    writePythonJson(jsonObject({ name: jsonString(call.name), parameters: argumentsNode(call) })),
  );
  return calls.length === 0 ? spokenText(message.content).trim() : calls.join("; ");
}

function toolInstructions({ tools }: Conversation): string {
  if (tools.length === 0) return "";
  const list = tools.map((tool) => writePythonJson(toolNode(tool))).join("\n");
  const form = 'To call one, answer with nothing but {"name": its name, "parameters": an object}.';
  return `You can call these functions:\n${list}\n${form}`;
}
