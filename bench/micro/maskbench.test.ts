import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const data = process.env["TRAMONTANE_TEST_DATA"] ?? join(import.meta.dirname, "../../../shared/data");
const hasData = existsSync(join(data, "json-schema/maskbench-dev.jsonl.gz")) && existsSync(join(data, "tokenizers"));

/** Skipped where the benchmark's data is not at hand; a few hundred schemas from the middle of it. */
test.runIf(hasData)(
  "MaskBench, a sample: no wrong instance is accepted and nearly every schema is right",
  { timeout: 180_000 },
  () => {
    const command = ["--import", "tsx", "bench/micro/maskbench.ts", "--no-masks", "--offset", "300", "--limit", "200"];
    const [first] = execFileSync(process.execPath, command, { encoding: "utf8" }).split("\n");
    const totals = JSON.parse(first!) as Record<string, number>;
    expect(totals["schemas"]).toBe(200);
    expect(totals["falseAccept"]).toBe(0);
    expect(totals["crashed"]).toBe(0);
    expect(totals["right"]).toBeGreaterThanOrEqual(196);
  },
);
