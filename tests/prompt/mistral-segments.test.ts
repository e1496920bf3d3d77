import { readFileSync } from "node:fs";
import type { Conversation, PromptPart } from "#prompt";
import { chooseTemplate } from "#prompt";
import { describe, expect, test } from "vitest";

type Version = "v3" | "v7" | "v11" | "v13" | "v15";

/** Control tokens stand in brackets of their own, texts between them as they are. */
type Segment = string | readonly [control: string];

interface Golden extends Conversation {
  readonly name: string;
  readonly expected: readonly { readonly versions: readonly Version[]; readonly segments: readonly Segment[] }[];
}

const V3 = ["<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]", "[TOOL_CALLS]"];
const V7 = [...V3, "[TOOL_RESULTS]", "[/TOOL_RESULTS]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]", "[TOOL_CONTENT]"];
const V11 = [...V7, "[CALL_ID]", "[ARGS]"];
const V13 = [...V11, "[THINK]", "[/THINK]"];
const CONTROLS: Record<Version, readonly string[]> = {
  v3: V3,
  v7: V7,
  v11: V11,
  v13: V13,
  v15: [...V13, "[MODEL_SETTINGS]", "[/MODEL_SETTINGS]"],
};

const { cases } = JSON.parse(readFileSync("tests/prompt/mistral-segments.json", "utf8")) as { cases: Golden[] };

function segmentsOf(parts: readonly PromptPart[]): readonly Segment[] {
  const segments: Segment[] = [];
  for (const part of parts) {
    const last = segments.at(-1);
    if (part.kind === "control") segments.push([part.text]);
    else if (typeof last === "string") segments[segments.length - 1] = last + part.text;
    else segments.push(part.text);
  }
  return segments;
}

describe.each(Object.keys(CONTROLS) as Version[])("Mistral %s with Tekken", (version) => {
  const expected = cases.flatMap(({ name, expected: outcomes, ...conversation }) =>
    outcomes.flatMap(({ versions, segments }) =>
      versions.includes(version) ? [{ name, conversation, segments }] : [],
    ),
  );

  test.each(expected)("$name", ({ conversation, segments }) => {
    const template = chooseTemplate({
      name: "any",
      architecture: "mistral3",
      chatTemplate: undefined,
      controlTokens: CONTROLS[version],
      beginOfSequence: "<s>",
      endOfSequence: "</s>",
      addsBeginOfSequence: false,
    });
    expect(template.name).toBe(`mistral-${version}`);
    expect(segmentsOf(template.render(conversation).parts)).toEqual(segments);
  });
});
