import type { ChatTemplate, RenderedPrompt, TemplateCapabilities } from "../chat-template.ts";
import { spokenText } from "../conversation.ts";
import type { Conversation } from "../conversation.ts";
import { chooseInfill, refuseInfill } from "../infill.ts";
import { normalizeMessages } from "../normalize.ts";
import { plain } from "../segment.ts";
import type { FamilyParts } from "./family.ts";
import { refuseTools } from "./refuse-tools.ts";

const SPEAKERS = { system: "System", user: "User", assistant: "Assistant", tool: "Tool" };

/**
 * A conversation as a written dialogue, for models that were never taught one: base models, and those whose file says
 * nothing. Turns end where the next speaker would begin.
 */
export class TranscriptTemplate implements ChatTemplate {
  readonly name = "transcript";
  readonly reason: string;
  readonly capabilities: TemplateCapabilities;
  readonly stop: readonly string[] = ["\nUser:", "\nSystem:"];
  readonly renderInfill: ChatTemplate["renderInfill"];

  constructor({ reason, controlTokens }: Omit<FamilyParts, "start">) {
    this.reason = reason;
    const infill = chooseInfill(controlTokens);
    this.renderInfill = infill ?? refuseInfill;
    this.capabilities = {
      system: true,
      toolCalls: undefined,
      infill: infill !== undefined,
      thinking: undefined,
      reasoningEffort: false,
    };
  }

  render(conversation: Conversation): RenderedPrompt {
    refuseTools(conversation);
    const messages = normalizeMessages(conversation, {
      system: "first",
      keepsThinking: false,
      speaksWithCalls: true,
      ordersResults: false,
    });
    const turns = messages.map((message) => {
      const text = "content" in message ? spokenText(message.content) : message.text;
      return `${SPEAKERS[message.role]}: ${text}`;
    });
    const last = messages.at(-1);
    const prefix = last?.role === "assistant" ? spokenText(last.content) : undefined;
    const opening = prefix === undefined ? [`${SPEAKERS.assistant}:`] : [];
    const parts = plain([...turns, ...opening].join("\n\n"));
    return { parts, prefix, dropsFirstSpace: prefix === undefined };
  }
}
