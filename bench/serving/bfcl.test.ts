import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const data = process.env["TRAMONTANE_TEST_DATA"] ?? join(import.meta.dirname, "../../../shared/data");
const questions = join(data, "evals/bfcl");
const tokenizer = join(data, "tokenizers/mistral_instruct_tokenizer_240323.model.v3");

/** Skipped where the benchmark's data is not at hand; one question of each category. */
test.runIf(existsSync(questions) && existsSync(tokenizer))(
  "BFCL, a sample: a model of random weights makes only valid calls",
  { timeout: 300_000 },
  () => {
    const command = ["--import", "tsx", "bench/serving/bfcl.ts", questions, "--tokenizer", tokenizer];
    const output = execFileSync(process.execPath, [...command, "--limit", "1", "--max-tokens", "120"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const totals = JSON.parse(output.trim().split("\n").at(-1)!) as Record<string, number>;
    expect(totals).toMatchObject({ questions: 13, answers: 26, wrong: 0, refused: 0 });
    expect(totals["calls"]).toBeGreaterThanOrEqual(22);
  },
);
