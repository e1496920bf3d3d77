import { median } from "./cost.ts";

/** What one run of the comparison of gateways leaves behind, as JSON in bench/results: microseconds, a value for each round. */
export interface GatewayResults {
  readonly processor: string;
  readonly rounds: number;
  readonly requests: number;
  readonly rows: readonly {
    readonly name: string;
    readonly json: readonly number[];
    readonly chunk: readonly number[];
  }[];
}

export const OURS = "Tramontane";

const number = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
const withSpread = (values: readonly number[]): string =>
  `${number(median(values))} (${number(Math.min(...values))}–${number(Math.max(...values))})`;

/** A Markdown table: medians with their spread, and how many times as much Tramontane takes. */
export function tabulateGateways({ rows }: GatewayResults): string {
  const ours = rows.find(({ name }) => name === OURS)!;
  const ratio = (mine: readonly number[], theirs: readonly number[]): string =>
    mine === theirs ? "" : `${(median(mine) / median(theirs)).toFixed(2)}×`;
  const lines = rows.map(({ name, json, chunk }) =>
    `| ${name} | ${withSpread(json)} | ${ratio(ours.json, json)} | ${withSpread(chunk)} | ${ratio(ours.chunk, chunk)} |`.replaceAll(
      "|  |",
      "| |",
    ),
  );
  const head = "| gateway | µs per request | we take | µs per piece | we take |";
  return [head, "| --- | --- | --- | --- | --- |", ...lines].join("\n");
}
