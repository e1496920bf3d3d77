import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Conversation, PromptPart } from "#prompt";
import { chooseTemplate } from "#prompt";
import { describe, expect, test } from "vitest";
import { SentencePieceModel } from "./sentence-piece.ts";

type Version = "v1" | "v2" | "v3" | "v7";

interface Golden extends Conversation {
  readonly name: string;
  /** Expected token ids, parted by spaces; versions that cannot express the conversation are missing. */
  readonly tokens: Partial<Record<Version, string>>;
}

const FILES: Record<Version, string> = {
  v1: "tokenizer.model.v1",
  v2: "mistral_instruct_tokenizer_240216.model.v2",
  v3: "mistral_instruct_tokenizer_240323.model.v3",
  v7: "mistral_instruct_tokenizer_241114.model.v7",
};

const folder = join(process.env["TRAMONTANE_TEST_DATA"] ?? "../shared/data", "tokenizers");
const { cases } = JSON.parse(readFileSync("tests/prompt/mistral-tokens.json", "utf8")) as { cases: Golden[] };

/** Gaps and their token ids, the same for v3 and v7 (mistral-common 1.12.0, encode_fim). */
const GAPS: readonly (readonly [before: string, after: string, tokens: string])[] = [
  [
    "def add(a, b):\n    return ",
    "\n\nprint(add(1, 2))",
    "1 13 781 781 2799 29500 1756 29500 29508 29493 29473 29518 1511 11 1569 1735 29500 29476 29493 1055 2097 781 3055 1372 29473",
  ],
  ["x = ", "", "1 13 11 2086 1095 29473"],
  ["f(", "</s>[PREFIX]) ", "1 13 1468 29481 29535 29560 22089 3571 29473 11 1053 29500"],
  [" a", "  b", "1 13 29473 1055 11 29473 1032"],
];

/** What an engine does with parts: controls by name, every text on its own. */
function tokenize(model: SentencePieceModel, parts: readonly PromptPart[]): readonly number[] {
  return parts.flatMap((part) =>
    part.kind === "control" ? [model.controlId(part.text)] : model.encode(part.text, part.glued),
  );
}

describe.each(Object.keys(FILES) as Version[])("Mistral %s", (version) => {
  const path = join(folder, FILES[version]);
  const missing = !existsSync(path);
  const expected = cases.filter((golden) => golden.tokens[version] !== undefined);
  const title = missing ? `(skipped: no ${path}) %s` : "%s";

  const model = missing ? undefined : new SentencePieceModel(path);
  const choose = ({ controlTokens }: SentencePieceModel) =>
    chooseTemplate({
      name: `mistral-${version}`,
      architecture: "llama",
      chatTemplate: version === "v2" ? "[INST] [TOOL_RESULTS]" : undefined,
      controlTokens,
      beginOfSequence: "<s>",
      endOfSequence: "</s>",
      addsBeginOfSequence: false,
    });

  test.skipIf(missing).each(expected.map((golden) => [golden.name, golden] as const))(title, (_, golden) => {
    const template = choose(model!);
    expect(template.name).toBe(`mistral-${version}`);
    expect(tokenize(model!, template.render(golden).parts).join(" ")).toBe(golden.tokens[version]);
  });

  test.skipIf(missing)("code infilling", () => {
    const template = choose(model!);
    const { infill } = template.capabilities;
    expect(infill).toBe(version === "v3" || version === "v7");
    for (const [before, after, tokens] of infill ? GAPS : []) {
      expect(tokenize(model!, template.renderInfill({ before, after }).parts).join(" ")).toBe(tokens);
    }
    if (!infill) expect(() => template.renderInfill({ before: "a", after: "b" })).toThrow("does not support FIM");
  });
});
