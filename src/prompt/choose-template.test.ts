import { describe, expect, test } from "vitest";
import { chooseTemplate } from "./choose-template.ts";
import type { TemplateSource } from "./template-source.ts";

const SPM = ["<unk>", "<s>", "</s>"];
const V3 = [...SPM, "[INST]", "[/INST]", "[TOOL_CALLS]", "[AVAILABLE_TOOLS]", "[TOOL_RESULTS]"];
const V7 = [...V3, "[SYSTEM_PROMPT]", "[TOOL_CONTENT]"];
const V11 = [...V7, "[ARGS]", "[CALL_ID]"];

function model(parts: Partial<TemplateSource>): TemplateSource {
  return {
    name: "some-model",
    architecture: "llama",
    chatTemplate: undefined,
    controlTokens: SPM,
    beginOfSequence: "<s>",
    endOfSequence: "</s>",
    addsBeginOfSequence: true,
    ...parts,
  };
}

const ASK = "{{ messages[0].content }}";

describe("the template chosen for a model", () => {
  test.each([
    ["mistral-v1", { name: "Mistral-7B-Instruct-v0.2" }],
    ["mistral-v1", { name: "mixtral-8x7b", chatTemplate: `[INST] ${ASK} [/INST]` }],
    ["mistral-v2", { controlTokens: V3, chatTemplate: "[INST][TOOL_RESULTS]" }],
    ["mistral-v3", { controlTokens: V3 }],
    ["mistral-v3", { controlTokens: V3, chatTemplate: "[INST][TOOL_RESULTS] call_id" }],
    ["mistral-v7", { controlTokens: V7 }],
    ["mistral-v11", { controlTokens: V11 }],
    ["mistral-v11", { controlTokens: [...V11, "[THINK]"], chatTemplate: "[INST][CALL_ID]" }],
    ["mistral-v13", { controlTokens: V11, chatTemplate: "[INST][ARGS]" }],
    ["mistral-v13", { controlTokens: [...V11, "[THINK]", "[/THINK]"] }],
    ["mistral-v15", { controlTokens: [...V11, "[MODEL_SETTINGS]"] }],
    ["jinja", { controlTokens: [...V3, "<|im_start|>"], chatTemplate: `<|im_start|>${ASK}` }],
    ["jinja", { name: "zephyr-7b-mistral", chatTemplate: `<|user|>${ASK}` }],
    ["chatml", { controlTokens: ["<|im_start|>", "<|im_end|>"] }],
    ["llama-3", { controlTokens: ["<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"] }],
    ["llama-2", { name: "Llama-2-7b-chat-hf" }],
    ["transcript", {}],
    ["transcript", { controlTokens: [] }],
  ] satisfies readonly (readonly [string, Partial<TemplateSource>])[])("%s for %j", (name, parts) => {
    const template = chooseTemplate(model(parts));
    expect(template.name).toBe(name);
    expect(template.reason).not.toBe("");
  });

  test.each([
    ["not valid Jinja", "{% if %}"],
    ["cannot write down a simple question", "nothing"],
    ["cannot write down a simple question", "{{ raise_exception('never') }}"],
  ])(
    "a template that is unusable (%s) gives way to the family of the control tokens, and the reason says so",
    (why, source) => {
      const template = chooseTemplate(model({ controlTokens: ["<|im_start|>", "<|im_end|>"], chatTemplate: source }));
      expect(template.name).toBe("chatml");
      expect(template.reason).toContain(why);
    },
  );

  test("the begin-of-sequence token is written only where the engine does not add it", () => {
    const ask = { messages: [{ role: "user", text: "x" } as const], tools: [] };
    const first = (parts: Partial<TemplateSource>) => chooseTemplate(model(parts)).render(ask).parts[0];
    expect(first({ controlTokens: V3 })).toEqual({ kind: "control", text: "[INST]" });
    expect(first({ controlTokens: V3, addsBeginOfSequence: false })).toEqual({ kind: "control", text: "<s>" });
    const source = `{{ bos_token }}${ASK}`;
    expect(first({ chatTemplate: source })).toEqual({ kind: "text", text: "x" });
    expect(first({ chatTemplate: source, addsBeginOfSequence: false })).toEqual({ kind: "control", text: "<s>" });
  });
});
