import type { ChatTemplate, RenderedPrompt, TemplateCapabilities } from "../chat-template.ts";
import { spokenText } from "../conversation.ts";
import type { Conversation } from "../conversation.ts";
import { refuseInfill } from "../infill.ts";
import { normalizeMessages } from "../normalize.ts";
import { control, plain } from "../segment.ts";
import type { PromptPart } from "../segment.ts";
import type { FamilyParts } from "./family.ts";
import { refuseTools } from "./refuse-tools.ts";

/**
 * Llama 2: every question and its answer are one text between `<s>` and `</s>`, the system text in `<<SYS>>` inside the
 * first question. The marks are plain text to this family, so a user can write them too.
 */
export class Llama2Template implements ChatTemplate {
  readonly name = "llama-2";
  readonly reason: string;
  readonly capabilities: TemplateCapabilities = {
    system: true,
    toolCalls: undefined,
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
    refuseTools(conversation);
    const messages = normalizeMessages(conversation, {
      system: "first",
      keepsThinking: false,
      speaksWithCalls: true,
      ordersResults: false,
    });
    const system = messages[0]?.role === "system" ? `<<SYS>>\n${spokenText(messages[0].content)}\n<</SYS>>\n\n` : "";
    const parts: PromptPart[] = [...this.#start];
    let question: string | undefined = system === "" ? undefined : system;
    let prefix: string | undefined;
    for (const message of messages) {
      if (message.role === "user") question = `${question ?? ""}${message.text.trim()}`;
      if (message.role !== "assistant") continue;
      const answer = spokenText(message.content).trim();
      const exchange = `[INST] ${question ?? ""} [/INST] ${answer}`;
      question = undefined;
      if (message.prefix) {
        parts.push(...plain(exchange));
        prefix = answer;
      } else {
        parts.push(...plain(`${exchange} `), control("</s>"), control("<s>"));
      }
    }
    if (prefix === undefined) parts.push(...plain(`[INST] ${question ?? ""} [/INST]`));
    return { parts, prefix, dropsFirstSpace: prefix === undefined };
  }
}
