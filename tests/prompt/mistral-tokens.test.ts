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

  test.skipIf(missing).each(expected.map((golden) => [golden.name, golden] as const))(title, (_, golden) => {
    const model = new SentencePieceModel(path);
    const template = chooseTemplate({
      name: `mistral-${version}`,
      architecture: "llama",
      chatTemplate: version === "v2" ? "[INST] [TOOL_RESULTS]" : undefined,
      controlTokens: model.controlTokens,
      beginOfSequence: "<s>",
      endOfSequence: "</s>",
      addsBeginOfSequence: false,
    });
    expect(template.name).toBe(`mistral-${version}`);
    expect(tokenize(model, template.render(golden).parts).join(" ")).toBe(golden.tokens[version]);
  });
});
