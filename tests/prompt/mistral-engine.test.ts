import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger } from "#base";
import { createEngine } from "#engine";
import type { Conversation } from "#prompt";
import { chooseTemplate } from "#prompt";
import { afterAll, expect, test } from "vitest";
import { writeRandomModel } from "../../scripts/make-random-model.ts";
import { readSentencePiece } from "../../scripts/random-model/vocabulary.ts";

interface Golden extends Conversation {
  readonly name: string;
  readonly tokens: Partial<Record<string, string>>;
}

const FILES: readonly (readonly [version: string, tokenizer: string])[] = [
  ["v3", "mistral_instruct_tokenizer_240323.model.v3"],
  ["v7", "mistral_instruct_tokenizer_241114.model.v7"],
];

const data = join(process.env["TRAMONTANE_TEST_DATA"] ?? "../shared/data", "tokenizers");
const { cases } = JSON.parse(readFileSync("tests/prompt/mistral-tokens.json", "utf8")) as { cases: Golden[] };
const folder = mkdtempSync(join(tmpdir(), "tramontane-prompt-"));
const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
const engine = createEngine({ logger: silentLogger, clock });

afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true });
});

for (const [version, tokenizer] of FILES) {
  const missing = !existsSync(join(data, tokenizer));
  const reason = missing ? ` (skipped: no ${join(data, tokenizer)})` : "";
  const title = `the engine turns the prompts of Mistral ${version} into the published token ids${reason}`;

  test.skipIf(missing)(title, { timeout: 120_000 }, async () => {
    const path = join(folder, `${version}.gguf`);
    writeRandomModel({ path, shape: "micro", type: "f16", vocabulary: readSentencePiece(join(data, tokenizer)) });
    const model = await engine.load({ name: version, source: { kind: "gguf", path } });
    const template = chooseTemplate({ ...model.info, chatTemplate: undefined });
    expect(template.name).toBe(`mistral-${version}`);
    const goldens = cases.filter((golden) => golden.tokens[version] !== undefined);
    expect(goldens.length).toBeGreaterThan(60);
    for (const golden of goldens) {
      const tokens = await model.tokenize(template.render(golden).parts);
      expect({ name: golden.name, tokens: tokens.join(" ") }).toEqual({
        name: golden.name,
        tokens: golden.tokens[version],
      });
    }
    await model.unload();
  });
}
