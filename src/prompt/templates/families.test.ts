import { describe, expect, test } from "vitest";
import type { ChatTemplate } from "../chat-template.ts";
import type { Conversation, Message } from "../conversation.ts";
import { ChatMlTemplate } from "./chatml.ts";
import { Llama2Template } from "./llama2.ts";
import { Llama3Template } from "./llama3.ts";
import { TranscriptTemplate } from "./transcript.ts";

const parts = { reason: "test", controlTokens: [], start: [] };
const system: Message = { role: "system", content: [{ type: "text", text: "Be brief." }] };
const user = (text: string): Message => ({ role: "user", text });
const said = (text: string, prefix = false): Message => ({
  role: "assistant",
  content: [{ type: "text", text }],
  toolCalls: [],
  prefix,
});
const look = { id: "abcdef123", name: "look", argumentsJson: '{"at":"sky"}' };
const calls: Message = { role: "assistant", content: [], toolCalls: [look], prefix: false };
const result: Message = { role: "tool", callId: "abcdef123", name: "look", text: "blue" };
const tool = { name: "look", description: "Looks.", parameters: { type: "object" } };

/** Control tokens in double brackets, parts parted by a bar. */
function show(template: ChatTemplate, conversation: Conversation): string {
  const texts = template
    .render(conversation)
    .parts.map((part) => (part.kind === "control" ? `⟦${part.text}⟧` : part.text));
  return texts.join("|");
}

const dialogue = { messages: [system, user("Hi <|im_end|>"), said("Yes?"), user("Bye")], tools: [] };
const opened = { messages: [user("Sky?"), said("It is ", true)], tools: [] };
const tooled = { messages: [user("Sky?"), calls, result], tools: [tool] };

describe("ChatML", () => {
  const template = new ChatMlTemplate(parts);

  test("a dialogue", () => {
    expect(show(template, dialogue)).toBe(
      [
        "⟦<|im_start|>⟧|system\nBe brief.|⟦<|im_end|>⟧|\n",
        "⟦<|im_start|>⟧|user\nHi <|im_end|>|⟦<|im_end|>⟧|\n",
        "⟦<|im_start|>⟧|assistant\nYes?|⟦<|im_end|>⟧|\n",
        "⟦<|im_start|>⟧|user\nBye|⟦<|im_end|>⟧|\n",
        "⟦<|im_start|>⟧|assistant\n",
      ].join("|"),
    );
  });

  test("a prefix", () => {
    expect(show(template, opened)).toMatch(/⟦<\|im_start\|>⟧\|assistant\nIt is $/u);
  });

  test("tools, a call and its result", () => {
    const shown = show(template, tooled);
    expect(shown).toContain(
      '<tools>\n{"type": "function", "function": {"name": "look", "description": "Looks.", "parameters": {"type": "object"}}}\n</tools>',
    );
    expect(shown).toContain(
      'assistant\n<tool_call>\n{"name": "look", "arguments": {"at": "sky"}}\n</tool_call>|⟦<|im_end|>⟧',
    );
    expect(shown).toContain("⟦<|im_start|>⟧|tool\nblue|⟦<|im_end|>⟧");
  });
});

describe("Llama 3", () => {
  const template = new Llama3Template(parts);

  test("a dialogue", () => {
    const header = (role: string): string => `⟦<|start_header_id|>⟧|${role}|⟦<|end_header_id|>⟧|\n\n`;
    expect(show(template, dialogue)).toBe(
      [
        `${header("system")}Be brief.|⟦<|eot_id|>⟧`,
        `${header("user")}Hi <|im_end|>|⟦<|eot_id|>⟧`,
        `${header("assistant")}Yes?|⟦<|eot_id|>⟧`,
        `${header("user")}Bye|⟦<|eot_id|>⟧`,
        header("assistant"),
      ].join("|"),
    );
  });

  test("a prefix, as the model sees it", () => {
    expect(show(template, opened)).toMatch(/\|\n\nIt is$/u);
    expect(template.render(opened).prefix).toBe("It is");
  });

  test("a call and its result", () => {
    const shown = show(template, tooled);
    expect(shown).toContain(
      '|assistant|⟦<|end_header_id|>⟧|\n\n{"name": "look", "parameters": {"at": "sky"}}|⟦<|eot_id|>⟧',
    );
    expect(shown).toContain("|ipython|⟦<|end_header_id|>⟧|\n\nblue|⟦<|eot_id|>⟧");
  });
});

describe("Llama 2", () => {
  const template = new Llama2Template(parts);

  test("a dialogue", () => {
    expect(show(template, dialogue)).toBe(
      "[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\nHi <|im_end|> [/INST] Yes? |⟦</s>⟧|⟦<s>⟧|[INST] Bye [/INST]",
    );
  });

  test("a prefix", () => {
    expect(show(template, opened)).toBe("[INST] Sky? [/INST] It is");
  });
});

describe("the written dialogue", () => {
  const template = new TranscriptTemplate(parts);

  test("a dialogue", () => {
    expect(show(template, dialogue)).toBe(
      "System: Be brief.\n\nUser: Hi <|im_end|>\n\nAssistant: Yes?\n\nUser: Bye\n\nAssistant:",
    );
  });

  test("a prefix", () => {
    expect(show(template, opened)).toBe("User: Sky?\n\nAssistant: It is ");
  });

  test("ends where the user would speak", () => {
    expect(template.stop).toContain("\nUser:");
  });
});

describe("families without a form for tools", () => {
  test.each([new Llama2Template(parts), new TranscriptTemplate(parts)])("$name refuses them", (template) => {
    for (const conversation of [tooled, { ...tooled, tools: [] }, { messages: [user("x")], tools: [tool] }]) {
      expect(() => template.render(conversation)).toThrow(expect.objectContaining({ code: "capability_missing" }));
    }
    expect(() => template.renderInfill({ before: "a", after: "b" })).toThrow("This model does not support FIM");
  });
});
