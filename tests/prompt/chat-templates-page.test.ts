import { readFileSync } from "node:fs";
import type { TemplateSource } from "#prompt";
import { chooseTemplate } from "#prompt";
import { expect, test } from "vitest";

const MISTRAL = ["[INST]", "[TOOL_CALLS]", "[PREFIX]", "[SUFFIX]"];
const THINKING = [...MISTRAL, "[SYSTEM_PROMPT]", "[ARGS]", "[CALL_ID]", "[THINK]", "[/THINK]"];
const QWEN = `{% for m in messages %}{{ m.content }}{% for c in m.tool_calls or [] %}
<tool_call>{"name": "{{ c.function.name }}", "arguments": {{ c.function.arguments | tojson }}}</tool_call>
{% endfor %}{% endfor %}{{ tools | tojson if tools }}{{ '</think>' if false }}`;

/** One model for each row, with every optional token the row names. */
const MODELS: Readonly<Record<string, Partial<TemplateSource>>> = {
  "mistral-v1": { name: "mistral-7b" },
  "mistral-v2": { controlTokens: ["[INST]", "[TOOL_CALLS]"], chatTemplate: "[INST][TOOL_RESULTS]" },
  "mistral-v3": { controlTokens: MISTRAL },
  "mistral-v7": { controlTokens: [...MISTRAL, "[SYSTEM_PROMPT]"] },
  "mistral-v11": { controlTokens: THINKING, chatTemplate: "[INST][CALL_ID]" },
  "mistral-v13": { controlTokens: THINKING },
  "mistral-v15": { controlTokens: [...THINKING, "[MODEL_SETTINGS]"] },
  jinja: { chatTemplate: QWEN, controlTokens: ["<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"] },
  chatml: { controlTokens: ["<|im_start|>", "<|im_end|>", "<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"] },
  "llama-3": { controlTokens: ["<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"] },
  "llama-2": { name: "llama-2-7b-chat", controlTokens: ["<s>", "</s>"] },
  transcript: { controlTokens: ["<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"] },
};

test("the page's table tells every template and what it can do", () => {
  const page = readFileSync("docs/reference/chat-templates.md", "utf8").split("## The forms")[0] ?? "";
  const rows = [...page.matchAll(/^\| `([\w-]+)` \|(.*)\|$/gm)].map(([, name, cells]) => {
    const [, , tools, infill, thoughts] = (cells ?? "").split(/(?<!\\)\|/u).map((cell) => cell.trim() !== "no");
    return { name, tools, infill, thoughts };
  });
  const told = Object.values(MODELS).map((parts) => {
    const { name, capabilities } = chooseTemplate({
      name: "x",
      architecture: "llama",
      chatTemplate: undefined,
      controlTokens: [],
      beginOfSequence: undefined,
      endOfSequence: undefined,
      addsBeginOfSequence: true,
      ...parts,
    });
    const { toolCalls, infill, thinking } = capabilities;
    return { name, tools: toolCalls !== undefined, infill, thoughts: thinking !== undefined };
  });
  expect(told.map(({ name }) => name)).toEqual(Object.keys(MODELS));
  expect(rows).toEqual(told);
});
