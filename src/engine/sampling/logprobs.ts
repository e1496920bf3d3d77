import type { RowKernel } from "./row-kernel.ts";

export interface RankedToken {
  readonly token: number;
  readonly logprob: number;
}

interface Weighed {
  readonly token: number;
  readonly weight: number;
}

/** A cut this much lower finds more alternatives; below the last one nothing has weight. */
const CUT_STEP = 1e-3;
const LOWEST_CUT = 1e-30;

/**
 * Ranks the unchanged row in the kernel: the `count` likeliest tokens, ties in token order. Returns how to finish once a
 * token is drawn: that token with its log probability first, then the ranking.
 */
export function rankTokens(kernel: RowKernel, count: number): (token: number, logit: number) => RankedToken[] {
  const logTotal = kernel.max() + Math.log(kernel.weigh(1));
  let found = 0;
  for (let cut = CUT_STEP; count > 0 && found < count && cut > LOWEST_CUT; cut *= CUT_STEP) found = kernel.gather(cut);
  // Numbers sort far faster than objects: only what is above the last place becomes one.
  const weights = kernel.weights.subarray(0, found);
  const lowest = found > count ? weights.toSorted()[found - count]! : 0;
  const top: Weighed[] = [];
  for (const [index, weight] of weights.entries()) {
    if (weight >= lowest) top.push({ token: kernel.tokens[index]!, weight });
  }
  const ranked = top
    .toSorted((a, b) => b.weight - a.weight || a.token - b.token)
    .slice(0, count)
    .map(({ token }) => ({ token, logprob: kernel.get(token) - logTotal }));
  return (token, logit) => [{ token, logprob: logit - logTotal }, ...ranked];
}
