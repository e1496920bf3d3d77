import type { ContentChunk } from "#protocol";
import type { ChatTemplate, RenderedPrompt, TemplateCapabilities, ToolCallProtocol } from "../chat-template.ts";
import { spokenText } from "../conversation.ts";
import type { Conversation } from "../conversation.ts";
import { chooseInfill, refuseInfill } from "../infill.ts";
import { asJsonNode, normalizeJsonText, writePythonJson } from "../json-text.ts";
import { normalizeMessages, SEPARATOR } from "../normalize.ts";
import type { NormalizedMessage } from "../normalize.ts";
import type { SettledAssistant, SettledCall, SettledResult } from "../call-ids.ts";
import { control, plain } from "../segment.ts";
import type { PromptPart } from "../segment.ts";
import type { FamilyParts } from "./family.ts";
import { MISTRAL_GENERATIONS } from "./mistral-generation.ts";
import type { MistralGeneration, MistralVersion } from "./mistral-generation.ts";
import { refuseTools } from "./refuse-tools.ts";
import { argumentsNode, jsonObject, jsonString, toolNode } from "./tool-json.ts";

interface MistralParts extends FamilyParts {
  readonly version: MistralVersion;
}

/**
 * Mistral's own instruct formats. Parts follow mistral-common's segments one to one, so that a SentencePiece vocabulary
 * puts its dummy spaces where the models saw them.
 */
export class MistralTemplate implements ChatTemplate {
  readonly name: string;
  readonly reason: string;
  readonly capabilities: TemplateCapabilities;
  readonly stop: readonly string[] = [];
  readonly renderInfill: ChatTemplate["renderInfill"];
  readonly #version: MistralVersion;
  readonly #generation: MistralGeneration;
  readonly #start: readonly PromptPart[];

  constructor({ version, reason, controlTokens, start }: MistralParts) {
    this.name = `mistral-${version}`;
    this.reason = reason;
    this.#version = version;
    this.#generation = MISTRAL_GENERATIONS[version];
    this.#start = start;
    const infill = version === "v1" ? undefined : chooseInfill(controlTokens, start);
    this.renderInfill = infill ?? refuseInfill;
    const thinks = controlTokens.includes("[THINK]") && controlTokens.includes("[/THINK]");
    this.capabilities = {
      system: true,
      toolCalls: this.#generation.tools === undefined ? undefined : callProtocol(this.#generation),
      infill: infill !== undefined,
      thinking: thinks ? MISTRAL_THINKING : undefined,
      reasoningEffort: this.#generation.modelSettings,
    };
  }

  render(conversation: Conversation): RenderedPrompt {
    const messages = this.#normalize(conversation);
    const { system, forgetsOldCalls } = this.#generation;
    const users = [...messages.keys()].filter((index) => messages[index]?.role === "user");
    const firstUser = users[0] ?? -1;
    const lastUser = users.at(-1) ?? -1;
    const parts: PromptPart[] = [...this.#start];
    const systemAt = system === "first-user" ? firstUser : system === "last-user" ? lastUser : -1;
    const toolsAt = this.#generation.tools === "first-user" ? firstUser : lastUser;
    const systemText = messages[0]?.role === "system" && system !== "own" ? spokenText(messages[0].content) : "";
    for (const [index, message] of messages.entries()) {
      const forgotten = forgetsOldCalls && index < lastUser;
      if (message.role === "system" && system === "own") {
        parts.push(control("[SYSTEM_PROMPT]"), ...this.#chunks(message.content), control("[/SYSTEM_PROMPT]"));
      } else if (message.role === "user") {
        if (index === toolsAt) parts.push(...this.#tools(conversation), ...this.#settings(conversation));
        const opening = index === systemAt && systemText !== "" ? systemText + SEPARATOR : "";
        parts.push(...this.#user(opening + message.text));
      } else if (message.role === "assistant" && !(forgotten && message.toolCalls.length > 0)) {
        parts.push(...this.#assistant(message));
      } else if (message.role === "tool" && !forgotten) {
        parts.push(...this.#result(message));
      }
    }
    const last = messages.at(-1);
    const prefix = last?.role === "assistant" ? spokenText(trimLast(last.content, this.#trims)) : undefined;
    return { parts, prefix, dropsFirstSpace: prefix === undefined };
  }

  /** The first generation kept trailing spaces of answers. */
  get #trims(): boolean {
    return this.#version !== "v1";
  }

  #normalize(conversation: Conversation): readonly NormalizedMessage[] {
    const { system, ordersResults, tools } = this.#generation;
    if (tools === undefined) refuseTools(conversation);
    const messages = normalizeMessages(conversation, {
      system: system === "own" ? "in-place" : "aside",
      keepsThinking: this.capabilities.thinking !== undefined,
      speaksWithCalls: system === "own",
      ordersResults,
    });
    // The older generations always open with a user turn, empty when nobody asked.
    const opensWithUser = messages.find((message) => message.role !== "system")?.role === "user";
    const needsUser = system === "own" ? messages.length === 0 : !opensWithUser;
    if (!needsUser) return messages;
    const head = messages.filter((message) => message.role === "system");
    return [...head, { role: "user", text: "" }, ...messages.filter((message) => message.role !== "system")];
  }

  #tools({ tools }: Conversation): readonly PromptPart[] {
    if (tools.length === 0) return [];
    const json = writePythonJson({ kind: "array", items: tools.map(toolNode) });
    return [control("[AVAILABLE_TOOLS]"), ...plain(json), control("[/AVAILABLE_TOOLS]")];
  }

  #settings({ reasoningEffort }: Conversation): readonly PromptPart[] {
    if (!this.#generation.modelSettings) return [];
    const json = writePythonJson(jsonObject({ reasoning_effort: jsonString(reasoningEffort ?? "none") }));
    return [control("[MODEL_SETTINGS]"), ...plain(json), control("[/MODEL_SETTINGS]")];
  }

  #user(text: string): readonly PromptPart[] {
    if (this.#version === "v1") return plain(`[INST] ${text} [/INST]`);
    return [control("[INST]"), ...plain(text), control("[/INST]")];
  }

  #assistant(message: SettledAssistant): readonly PromptPart[] {
    const parts = [...this.#chunks(trimLast(message.content, this.#trims)), ...this.#calls(message.toolCalls)];
    return message.prefix ? parts : [...parts, control("</s>")];
  }

  #chunks(content: readonly ContentChunk[]): readonly PromptPart[] {
    return content.flatMap((chunk) => {
      if (chunk.type === "text") return plain(chunk.text);
      const close = chunk.closed ? [control("[/THINK]")] : [];
      return [control("[THINK]"), ...plain(chunk.text), ...close];
    });
  }

  #calls(calls: readonly SettledCall[]): readonly PromptPart[] {
    if (calls.length === 0) return [];
    const form = this.#generation.calls;
    if (form === "list" || form === "list-with-ids") {
      const items = calls.map((call) =>
        jsonObject({
          name: jsonString(call.name),
          arguments: argumentsNode(call),
          ...(form === "list-with-ids" ? { id: jsonString(call.id) } : {}),
        }),
      );
      return [control("[TOOL_CALLS]"), ...plain(writePythonJson({ kind: "array", items }))];
    }
    return calls.flatMap((call) => [
      control("[TOOL_CALLS]"),
      ...plain(call.name),
      ...(form === "named-with-ids" ? [control("[CALL_ID]"), ...plain(call.id)] : []),
      control("[ARGS]"),
      ...plain(writePythonJson(argumentsNode(call))),
    ]);
  }

  #result(message: SettledResult): readonly PromptPart[] {
    return [control("[TOOL_RESULTS]"), ...this.#resultBody(message), control("[/TOOL_RESULTS]")];
  }

  #resultBody(message: SettledResult): readonly PromptPart[] {
    const content = asJsonNode(normalizeJsonText(message.text));
    switch (this.#generation.results) {
      case "list": {
        const name = message.name === undefined ? asJsonNode("null") : jsonString(message.name);
        return plain(writePythonJson({ kind: "array", items: [jsonObject({ name, content })] }));
      }
      case "object":
        return plain(writePythonJson(jsonObject({ content, call_id: jsonString(message.callId) })));
      case "id-and-content":
        return [...plain(message.callId), control("[TOOL_CONTENT]"), ...plain(message.text)];
      case "content":
        return plain(message.text);
    }
  }
}

const MISTRAL_THINKING = {
  open: { text: "[THINK]", control: true },
  close: { text: "[/THINK]", control: true },
  startsOpen: false,
  padded: false,
};

function callProtocol({ calls }: MistralGeneration): ToolCallProtocol {
  if (calls === "list" || calls === "list-with-ids") return { kind: "mistral-list", ids: calls === "list-with-ids" };
  return { kind: "mistral-named", callIds: calls === "named-with-ids" };
}

/** Answers that are a single text lose their trailing spaces, as in training. */
function trimLast(content: readonly ContentChunk[], trims: boolean): readonly ContentChunk[] {
  const [only] = content;
  if (!trims || content.length !== 1 || only?.type !== "text") return content;
  let end = only.text.length;
  while (only.text[end - 1] === " ") end -= 1;
  const text = only.text.slice(0, end);
  return text === "" ? [] : [{ type: "text", text }];
}
