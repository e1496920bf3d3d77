import type { Pico } from "./money.ts";
import { divideHalfEven } from "./money.ts";

export type PriceMode = "standard" | "batch";

/** Prices of one model, per token. */
export interface TokenPrices {
  readonly input: Pico;
  /** Prompt tokens that were found in the cache. */
  readonly cachedInput: Pico;
  readonly output: Pico;
}

export interface TokenCounts {
  /** Cached ones included. */
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
}

export const FREE: TokenPrices = { input: 0n, cachedInput: 0n, output: 0n };

const WHOLE = 10_000n;

/** The prices a discount leaves, each rounded once to a whole pico-unit: every amount is then exact, and can be recomputed. */
export function discounted(prices: TokenPrices, basisPoints: number): TokenPrices {
  if (basisPoints === 0) return prices;
  const rest = WHOLE - BigInt(basisPoints);
  const apply = (price: Pico): Pico => divideHalfEven(price * rest, WHOLE);
  return { input: apply(prices.input), cachedInput: apply(prices.cachedInput), output: apply(prices.output) };
}

/** What tokens cost: no rounding. */
export function amountOf(prices: TokenPrices, tokens: TokenCounts): Pico {
  const { promptTokens, cachedTokens, outputTokens } = tokens;
  return (
    BigInt(promptTokens - cachedTokens) * prices.input +
    BigInt(cachedTokens) * prices.cachedInput +
    BigInt(outputTokens) * prices.output
  );
}
