import { TramontaneError } from "#base";
import { MessageSchema, readMessage } from "#protocol";
import type { WireMessage } from "#protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chooseTemplate } from "./choose-template.ts";
import type { Conversation } from "./conversation.ts";

const CONTROLS = (
  "<s> </s> [INST] [/INST] [TOOL_CALLS] [AVAILABLE_TOOLS] [/AVAILABLE_TOOLS] [TOOL_RESULTS] [/TOOL_RESULTS] " +
  "[SYSTEM_PROMPT] [/SYSTEM_PROMPT] [TOOL_CONTENT] [ARGS] [CALL_ID] [THINK] [/THINK] <|im_start|> <|im_end|> " +
  "<|start_header_id|> <|end_header_id|> <|eot_id|>"
).split(" ");

const JINJA = `{{ bos_token }}{% for m in messages %}<|im_start|>{{ m.role }}
{{ m.content }}{{ m.reasoning_content }}{% for call in m.tool_calls or [] %}
<tool_call>{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}</tool_call>
{% endfor %}<|im_end|>{% endfor %}{{ tools | tojson if tools }}{% if add_generation_prompt %}<|im_start|>{% endif %}`;

const base = { architecture: "llama", beginOfSequence: "<s>", endOfSequence: "</s>", addsBeginOfSequence: true };
const keep = (...patterns: RegExp[]): readonly string[] =>
  CONTROLS.filter((token) => patterns.every((pattern) => !pattern.test(token)));

const TEMPLATES = [
  chooseTemplate({ ...base, name: "mistral", chatTemplate: undefined, controlTokens: ["<s>", "</s>"] }),
  ...["[INST][TOOL_RESULTS]", undefined].map((chatTemplate) =>
    chooseTemplate({ ...base, name: "x", chatTemplate, controlTokens: keep(/SYSTEM|ARGS|THINK/u) }),
  ),
  chooseTemplate({ ...base, name: "x", chatTemplate: undefined, controlTokens: keep(/ARGS|THINK/u) }),
  chooseTemplate({ ...base, name: "x", chatTemplate: undefined, controlTokens: keep(/THINK/u) }),
  chooseTemplate({ ...base, name: "x", chatTemplate: undefined, controlTokens: CONTROLS }),
  chooseTemplate({ ...base, name: "x", chatTemplate: undefined, controlTokens: ["<|im_start|>", "<|im_end|>"] }),
  chooseTemplate({ ...base, name: "x", chatTemplate: undefined, controlTokens: keep(/INST|im_/u) }),
  chooseTemplate({ ...base, name: "llama-2-chat", chatTemplate: undefined, controlTokens: ["<s>", "</s>"] }),
  chooseTemplate({ ...base, name: "x", chatTemplate: undefined, controlTokens: [] }),
  chooseTemplate({ ...base, name: "x", chatTemplate: JINJA, controlTokens: CONTROLS }),
];

/** Text that tries: control strings whole and in halves, JSON, spaces, anything. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(...CONTROLS),
      fc.constantFrom("<|im_", "start|>", "[IN", "ST]", "</", "s>", '"', "\\", "{", "}", " ", "\n", "\ue000", "\ue001"),
      fc.string({ unit: "binary", maxLength: 4 }),
    ),
    { maxLength: 6 },
  )
  .map((pieces) => pieces.join(""));

/** The way of a request's messages: from the wire, through the protocol's reader, to a conversation. */
function conversation(messages: readonly WireMessage[], parts: Partial<Conversation> = {}): Conversation {
  return { tools: [], ...parts, messages: messages.map((message) => readMessage(MessageSchema.parse(message))) };
}

const name = fc.constantFrom("look", "find_it", "a-b");
const json = fc.oneof(fc.json({ maxDepth: 2 }), hostile);
const schema = fc.dictionary(hostile, fc.jsonValue({ maxDepth: 1 }), { maxKeys: 2 });
const tools = fc.array(fc.record({ name, description: hostile, parameters: schema, strict: fc.boolean() }), {
  maxLength: 2,
});

describe.each(TEMPLATES)("hostile text in $name", (template) => {
  const system = (content: string): WireMessage => ({ role: "system", content });
  const user = (content: string): WireMessage => ({ role: "user", content });
  const assistant = (content: string, prefix = false): WireMessage => ({ role: "assistant", content, prefix });

  test("makes no control part: there are as many, and the same, as for harmless text", () => {
    const controlsOf = (texts: readonly string[], prefix: boolean): readonly string[] => {
      const [one = "", two = "", three = "", four = "", five = ""] = texts;
      const messages = [
        system(one),
        user(two),
        assistant(three),
        user(four),
        ...(prefix ? [assistant(five, true)] : []),
      ];
      const { parts } = template.render(conversation(messages));
      return parts.flatMap((part) => (part.kind === "control" ? [part.text] : []));
    };
    // Empty texts are left out on purpose: an empty message may vanish with its control tokens.
    const texts = fc.array(
      hostile.map((text) => `x${text}`),
      { minLength: 5, maxLength: 5 },
    );
    fc.assert(
      fc.property(texts, fc.boolean(), (given, prefix) => {
        expect(controlsOf(given, prefix)).toEqual(controlsOf(["a", "b", "c", "d", "e"], prefix));
      }),
    );
  });

  test("comes out as it went in", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const given = `x${text}x`;
        const { parts } = template.render(conversation([user(given)]));
        expect(parts.some((part) => part.kind === "text" && part.text.includes(given))).toBe(true);
      }),
    );
  });

  test("any messages at all give a prompt or a TramontaneError", () => {
    const given = fc.oneof(fc.constantFrom("", "null", "AAAAAAAA1", null), hostile);
    const toolCall = fc.record({ id: given, function: fc.record({ name, arguments: fc.oneof(json, schema) }) });
    const chunks = fc.array(
      fc.oneof(
        hostile.map((text) => ({ type: "text" as const, text })),
        fc.record({ type: fc.constant("thinking" as const), thinking: hostile, closed: fc.boolean() }),
      ),
      { maxLength: 3 },
    );
    const message: fc.Arbitrary<WireMessage> = fc.oneof(
      fc.oneof(hostile, chunks).map((content) => ({ role: "developer" as const, content })),
      { arbitrary: hostile.map(user), weight: 3 },
      fc.record({
        role: fc.constant("assistant" as const),
        content: fc.oneof(hostile, chunks, fc.constant(null)),
        tool_calls: fc.array(toolCall, { maxLength: 2 }),
        prefix: fc.boolean(),
      }),
      fc.record({ role: fc.constant("tool" as const), content: json, tool_call_id: given, name: fc.option(name) }),
    );
    const request = fc.record({
      messages: fc.array(message, { maxLength: 6 }),
      parts: fc.record({
        tools,
        reasoningEffort: fc.constantFrom("none" as const, "high" as const, undefined),
        strict: fc.boolean(),
      }),
    });
    fc.assert(
      fc.property(request, (wire) => {
        try {
          const { parts } = template.render(conversation(wire.messages, wire.parts));
          expect(parts.every((part) => part.text !== "")).toBe(true);
        } catch (error) {
          if (!(error instanceof TramontaneError)) throw error;
        }
      }),
      { numRuns: 200 },
    );
  });
});
