import type { Matcher, TokenMask } from "#grammar";
import type { SamplingOptions } from "../generation.ts";
import { drawToken } from "./draw-token.ts";
import type { RowKernel } from "./row-kernel.ts";

/** How often masks were needed, and how often the free draw was allowed anyway. */
export interface MaskCounts {
  masked: number;
  optimistic: number;
}

export interface ConstrainedDraw {
  readonly matcher: Matcher;
  readonly shape: SamplingOptions;
  /** Tokens that may be generated, the drawn one included. */
  readonly remainingTokens: number;
  /** Two independent numbers in [0, 1). */
  readonly uniforms: readonly [number, number];
  readonly counts: MaskCounts;
}

/** Masks of up to this many tokens are drawn from token by token, without touching the rest of the vocabulary. */
const SPARSE_TOKENS = 256;

/**
 * Draws one of the tokens that the matcher allows; -1 when none of them is left. Without truncation (greedy, or by
 * temperature alone) the model's free draw is tried first: kept if allowed, drawn again under the mask if not. This is the
 * distribution under the mask, since what is refused is spread in proportion, and it costs no mask where the model keeps
 * to the form by itself.
 */
export function drawConstrained(kernel: RowKernel, draw: ConstrainedDraw): number {
  const { matcher, shape, remainingTokens, uniforms, counts } = draw;
  const isTruncated = shape.temperature > 0 && (shape.topK > 0 || shape.topP < 1 || shape.minP > 0);
  if (!isTruncated) {
    const token = drawToken(kernel, shape, uniforms[0]);
    if (token >= 0 && isAllowed(matcher, token, remainingTokens)) {
      counts.optimistic += 1;
      return token;
    }
  }
  counts.masked += 1;
  const mask = matcher.mask(Number.isFinite(remainingTokens) ? { remainingTokens } : {});
  if (mask.count() <= SPARSE_TOKENS) return drawSparse(kernel, mask, draw);
  kernel.mask(mask.words);
  return drawToken(kernel, shape, uniforms[1]);
}

/** Whether the token may come next and the answer can still be completed in time. */
function isAllowed(matcher: Matcher, token: number, remainingTokens: number): boolean {
  if (!matcher.tryToken(token)) return false;
  if (!Number.isFinite(remainingTokens)) return true;
  matcher.accept(token);
  const isInTime = matcher.bytesToClose() <= remainingTokens - 1 || matcher.minTokensToClose() <= remainingTokens - 1;
  matcher.rollback(1);
  return isInTime;
}

/** The same draw over a short list: weights relative to the likeliest, thresholds, then one walk in token order. */
function drawSparse(kernel: RowKernel, mask: TokenMask, draw: ConstrainedDraw): number {
  const { shape, uniforms } = draw;
  const rows = [...mask].map((token) => ({ token, logit: kernel.get(token) })).filter(({ logit }) => logit > -Infinity);
  const best = rows.reduce((max, { logit }) => Math.max(max, logit), -Infinity);
  if (shape.temperature === 0) return rows.find(({ logit }) => logit === best)?.token ?? -1;
  const weighed = rows.map(({ token, logit }) => ({ token, weight: Math.exp((logit - best) / shape.temperature) }));
  const descending = weighed.toSorted((a, b) => b.weight - a.weight);
  const topK = shape.topK === 0 ? descending : descending.filter((_, index) => index < shape.topK);
  const target = shape.topP * sumOf(topK);
  let reached = 0;
  let threshold = topK.at(-1)?.weight ?? 0;
  for (const { weight } of topK) {
    reached += weight;
    if (reached < target) continue;
    threshold = weight;
    break;
  }
  const kept = weighed.filter(({ weight }) => weight >= Math.max(threshold, shape.minP));
  let left = uniforms[1] * sumOf(kept);
  for (const { token, weight } of kept) {
    left -= weight;
    if (left < 0) return token;
  }
  return kept.at(-1)?.token ?? -1;
}

function sumOf(tokens: readonly { readonly weight: number }[]): number {
  return tokens.reduce((sum, { weight }) => sum + weight, 0);
}
