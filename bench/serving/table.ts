/** One row of a comparison: all values, in the order of the rounds. */
export interface ResultRow {
  readonly name: string;
  readonly unit: string;
  readonly better: "higher" | "lower";
  readonly tramontane: readonly number[];
  readonly llamaServer: readonly number[];
}

/** What one run of the comparison leaves behind, as JSON in bench/results. */
export interface Results {
  readonly model: string;
  readonly processor: string;
  readonly rounds: number;
  readonly rows: readonly ResultRow[];
}

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

const number = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
const withSpread = (values: readonly number[]): string =>
  `${number(median(values))} (${number(Math.min(...values))}–${number(Math.max(...values))})`;

/** A Markdown table: medians with their spread, and how many times better Tramontane is (below 1: worse). */
export function tabulate({ rows }: Results): string {
  const lines = rows.map(({ name, unit, better, tramontane, llamaServer }) => {
    const [ours, theirs] = [median(tramontane), median(llamaServer)];
    const ratio = better === "higher" ? ours / theirs : theirs / ours;
    return `| ${name} (${unit}) | ${withSpread(tramontane)} | ${withSpread(llamaServer)} | ${ratio.toFixed(2)}× |`;
  });
  return ["| scenario | Tramontane | llama-server | better by |", "| --- | --- | --- | --- |", ...lines].join("\n");
}
