import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

/** A schema of MaskBench with its labelled instances. */
export interface MaskBenchCase {
  readonly id: string;
  readonly schema: unknown;
  readonly tests: readonly { readonly valid: boolean; readonly data: unknown }[];
}

export const dataFolder = process.env["TRAMONTANE_TEST_DATA"] ?? join(import.meta.dirname, "../../../shared/data");

/** The schemas from `offset` on, every `stride`-th of them, `limit` at most. */
export function maskBenchCases(pick: { offset?: number; stride?: number; limit?: number } = {}): MaskBenchCase[] {
  const { offset = 0, stride = 1, limit = Infinity } = pick;
  const lines = gunzipSync(readFileSync(join(dataFolder, "json-schema/maskbench-dev.jsonl.gz")))
    .toString()
    .split("\n");
  return lines
    .filter((line, i) => line !== "" && i >= offset && (i - offset) % stride === 0)
    .slice(0, limit)
    .map((line) => JSON.parse(line) as MaskBenchCase);
}

/** JSON as Python's json.dumps writes it, which is how MaskBench's instances are tokenized. */
export function spacedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spacedJson).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}: ${spacedJson(inner)}`);
  return `{${entries.join(", ")}}`;
}

export function quantiles(values: readonly number[], ...at: number[]): string {
  const sorted = Float64Array.from(values).sort();
  return at
    .map((q) => `p${q * 100} ${sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]?.toPrecision(3)}`)
    .join("  ");
}
