import { parseMoney } from "./money.ts";
import type { PriceList } from "./price-lists.ts";

/** Per million tokens, input and output, as la Plateforme listed them on 26 February 2024. */
const USD: readonly (readonly [model: string, input: string, output: string])[] = [
  ["open-mistral-7b", "0.25", "0.25"],
  ["open-mixtral-8x7b", "0.7", "0.7"],
  ["mistral-small-latest", "2", "6"],
  ["mistral-medium-latest", "2.7", "8.1"],
  ["mistral-large-latest", "8", "24"],
  ["mistral-embed", "0.1", "0"],
];

const EUR: typeof USD = [
  ["open-mistral-7b", "0.2", "0.2"],
  ["open-mixtral-8x7b", "0.65", "0.65"],
  ["mistral-small-latest", "1.85", "5.55"],
  ["mistral-medium-latest", "2.5", "7.5"],
  ["mistral-large-latest", "7.3", "22"],
  ["mistral-embed", "0.1", "0"],
];

const MILLION = 1_000_000n;

/**
 * The first public price list of la Plateforme, as a template: name it, map its models to yours. Batches cost half, as they
 * did when they came later that year; cached input costs what input costs.
 */
export function february2024(
  currency: "USD" | "EUR",
  names: ReadonlyMap<string, string> = new Map(),
): Omit<PriceList, "id"> {
  const perToken = (perMillion: string): bigint => parseMoney(perMillion) / MILLION;
  const items = (currency === "USD" ? USD : EUR).flatMap(([listed, input, output]) => {
    const model = names.get(listed) ?? listed;
    const standard = { input: perToken(input), cachedInput: perToken(input), output: perToken(output) };
    const batch = { input: standard.input / 2n, cachedInput: standard.cachedInput / 2n, output: standard.output / 2n };
    return [
      { model, mode: "standard" as const, ...standard, commitmentEligible: true },
      { model, mode: "batch" as const, ...batch, commitmentEligible: true },
    ];
  });
  return {
    name: `february-2024-${currency.toLowerCase()}`,
    currency,
    validFrom: new Date("2024-02-26T00:00:00Z"),
    items,
  };
}
