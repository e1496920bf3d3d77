import type { Scenario } from "./scenarios.ts";

/** All values of a row, by contestant, in the order of the rounds. */
export type Samples = Map<string, { readonly scenario: Scenario; readonly values: Map<string, number[]> }>;

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

const number = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
const withSpread = (values: readonly number[]): string =>
  `${number(median(values))} (${number(Math.min(...values))}–${number(Math.max(...values))})`;

/** A Markdown table: medians with their spread, and how many times better Tramontane is (below 1: worse). */
export function tabulate(samples: Samples): string {
  const rows = [...samples].map(([name, { scenario, values }]) => {
    const ours = values.get("tramontane") ?? [];
    const theirs = values.get("llama-server") ?? [];
    const ratio = scenario.better === "higher" ? median(ours) / median(theirs) : median(theirs) / median(ours);
    return `| ${name} (${scenario.unit}) | ${withSpread(ours)} | ${withSpread(theirs)} | ${ratio.toFixed(2)}× |`;
  });
  return ["| scenario | Tramontane | llama-server | better by |", "| --- | --- | --- | --- |", ...rows].join("\n");
}
