import { TramontaneError } from "#base";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Conversation } from "../conversation.ts";
import { JinjaTemplate } from "./jinja-template.ts";

const CONTROLS = ["<s>", "</s>", "<|im_start|>", "<|im_end|>", "<think>", "[END]"];

const SOURCE = `{{ bos_token }}{% for message in messages %}<|im_start|>{{ message.role }}
{{ message.content | trim }}{% if message.tool_calls %}{% for call in message.tool_calls %}
<tool_call>
{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}
</tool_call>{% endfor %}{% endif %}<|im_end|>
{% endfor %}{% if tools %}{{ tools | tojson }}{% endif %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}`;

function template(source: string): JinjaTemplate {
  return new JinjaTemplate({
    source,
    reason: "test",
    controlTokens: CONTROLS,
    beginOfSequence: "<s>",
    endOfSequence: "</s>",
    addsBeginOfSequence: true,
    clock: undefined,
  });
}

const ask = (text: string): Conversation => ({ messages: [{ role: "user", text }], tools: [] });

describe("a model's own Jinja template", () => {
  test("its literal control strings become control parts, the first begin-of-sequence is left to the engine", () => {
    expect(template(SOURCE).render(ask("Hi")).parts).toEqual([
      { kind: "control", text: "<|im_start|>" },
      { kind: "text", text: "user\nHi" },
      { kind: "control", text: "<|im_end|>" },
      { kind: "text", text: "\n" },
      { kind: "control", text: "<|im_start|>" },
      { kind: "text", text: "assistant\n" },
    ]);
  });

  test("no text of the user, whole or across two messages, becomes a control part", () => {
    const bare = template("{% for m in messages %}{{ m.content }}{% endfor %}{{ tools | tojson if tools }}</s>");
    const nasty = fc
      .array(fc.oneof(fc.constantFrom(...CONTROLS, "<|im_", "start|>", "[EN", "D]", "<", "", "\\ue000"), fc.string()))
      .map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(nasty, nasty, nasty, (first, second, third) => {
        const { parts } = bare.render({
          messages: [
            { role: "user", text: `a${first}` },
            { role: "assistant", content: [{ type: "text", text: `${second}b` }], toolCalls: [], prefix: false },
            { role: "user", text: third },
          ],
          tools: [],
        });
        expect(parts.filter((part) => part.kind === "control")).toEqual([{ kind: "control", text: "</s>" }]);
        expect(parts[0]?.text).toBe(`a${first}${second}b${third}`);
      }),
    );
  });

  test("text operations of the template still see the text's own shape", () => {
    const parts = template("{{ messages[0].content }}|{{ messages[0].content | trim | length }}").render(
      ask("  <s>[END]  "),
    ).parts;
    expect(parts).toEqual([{ kind: "text", text: "  <s>[END]  |8" }]);
  });

  test("JSON that keeps to ASCII comes out as it would have without hiding", () => {
    const parts = template("{{ messages[0].content | tojson(ensure_ascii=True) }}").render(ask("é<s>")).parts;
    expect(parts).toEqual([{ kind: "text", text: '"\\u00e9<s>"' }]);
  });

  test("the words of raise_exception become the error's message", () => {
    const strict = template(
      "{{ raise_exception('Only one message, please') if messages | length > 1 }}{{ messages[0].content }}",
    );
    const two: Conversation = {
      messages: [
        { role: "user", text: "a" },
        { role: "assistant", content: [{ type: "text", text: "b" }], toolCalls: [], prefix: false },
        { role: "user", text: "c" },
      ],
      tools: [],
    };
    expect(() => strict.render(two)).toThrow(
      expect.objectContaining({
        name: "TramontaneError",
        code: "invalid_request",
        message: "Only one message, please",
      }),
    );
  });

  test("a prefix leaves the last turn open", () => {
    const { parts, prefix } = template(SOURCE).render({
      messages: [
        { role: "user", text: "Hi" },
        { role: "assistant", content: [{ type: "text", text: "<s>Well" }], toolCalls: [], prefix: true },
      ],
      tools: [],
    });
    expect(parts.at(-1)).toEqual({ kind: "text", text: "assistant\n<s>Well" });
    expect(prefix).toBe("<s>Well");
  });

  test("what it can do is learnt by trying it", () => {
    expect(template(SOURCE).capabilities).toMatchObject({
      system: true,
      toolCalls: { kind: "marked-json", open: { text: "<tool_call>", control: false } },
      thinking: undefined,
      infill: false,
    });
    expect(template("{% for m in messages %}{{ m.content }}{% endfor %}").capabilities.toolCalls).toBeUndefined();
  });

  test("without a place for system messages their text opens the first user message", () => {
    const gemma = template(
      "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}{{ messages[0].content }}",
    );
    expect(gemma.capabilities.system).toBe(false);
    const { parts } = gemma.render({
      messages: [
        { role: "system", content: [{ type: "text", text: "Be brief." }] },
        { role: "user", text: "Hi" },
      ],
      tools: [],
    });
    expect(parts).toEqual([{ kind: "text", text: "Be brief.\n\nHi" }]);
  });

  test("a broken template is refused when the model is opened", () => {
    expect(() => template("{% for %}")).toThrow(TramontaneError);
  });

  test("the date comes from the given clock alone", () => {
    const source =
      "{{ strftime_now('%d %b %Y') if strftime_now is defined else 'no clock' }}: {{ messages[0].content }}";
    expect(template(source).render(ask("x")).parts).toEqual([{ kind: "text", text: "no clock: x" }]);
    const dated = new JinjaTemplate({
      source,
      reason: "test",
      controlTokens: [],
      beginOfSequence: undefined,
      endOfSequence: undefined,
      addsBeginOfSequence: false,
      clock: { nowMs: () => Date.UTC(2024, 1, 26), monotonicMs: () => 0 },
    });
    expect(dated.render(ask("x")).parts).toEqual([{ kind: "text", text: "26 Feb 2024: x" }]);
  });
});
