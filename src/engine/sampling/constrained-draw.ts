import type { Matcher, TokenMask } from "#grammar";
import type { SamplingOptions } from "../generation.ts";
import { drawToken } from "./draw-token.ts";
import type { FormWork } from "./form-work.ts";
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
  /** Tokens of one or two bytes: among them is what closes a string, a list, an object. */
  readonly shortTokens: readonly number[];
  /** Two independent numbers in [0, 1). */
  readonly uniforms: readonly [number, number];
  readonly counts: MaskCounts;
  readonly work: FormWork;
}

/** Masks of up to this many tokens are drawn from token by token, without touching the rest of the vocabulary. */
const SPARSE_TOKENS = 256;
/** Likely tokens that may prove too late before all are asked. */
const REDRAWS = 16;
/** Steps of this size spread the further draws evenly. */
const GOLDEN_RATIO = 0.6180339887498949;

/**
 * Draws one of the tokens that the matcher allows; -1 when none of them is left. Without truncation (greedy, or by
 * temperature alone) the model's free draw is tried first: kept if allowed, drawn again under the mask if not. This is the
 * distribution under the mask, since what is refused is spread in proportion, and it costs no mask where the model keeps
 * to the form by itself.
 */
export function drawConstrained(kernel: RowKernel, draw: ConstrainedDraw): number {
  const { matcher, shape, uniforms, counts, work } = draw;
  const isTruncated = shape.temperature > 0 && (shape.topK > 0 || shape.topP < 1 || shape.minP > 0);
  if (!isTruncated) {
    const token = drawToken(kernel, shape, uniforms[0]);
    if (token >= 0 && work.time(() => matcher.tryToken(token) && isInTime(draw, token))) {
      counts.optimistic += 1;
      return token;
    }
  }
  counts.masked += 1;
  const likely = drawInTime(kernel, draw);
  if (likely >= 0) return likely;
  const short = work.time(() => draw.shortTokens.filter((token) => matcher.tryToken(token) && isInTime(draw, token)));
  if (short.length > 0) return drawSparse(kernel, short, shape, uniforms[1]);
  const mask = work.time(() => matcher.mask({ remainingTokens: draw.remainingTokens }));
  return drawUnder(kernel, mask, draw, uniforms[1]);
}

/**
 * Draws under the mask and takes away what could no longer be completed, a few times: looking at the few tokens that are
 * likely costs far less than asking of the whole vocabulary what is in time. -1 when none of them was.
 */
function drawInTime(kernel: RowKernel, draw: ConstrainedDraw): number {
  const mask = draw.work.time(() => draw.matcher.mask());
  const tooLate: [token: number, logit: number][] = [];
  let uniform = draw.uniforms[1];
  while (tooLate.length < REDRAWS) {
    const token = drawUnder(kernel, mask, draw, uniform);
    if (token >= 0 && draw.work.time(() => isInTime(draw, token))) return token;
    if (token < 0) break;
    draw.work.wasHurried = true;
    tooLate.push([token, kernel.get(token)]);
    kernel.set(token, -Infinity);
    uniform = (uniform + GOLDEN_RATIO) % 1;
  }
  // Should nothing be in time, the mask for that case holds some of them.
  for (const [token, logit] of tooLate) kernel.set(token, logit);
  return -1;
}

function drawUnder(kernel: RowKernel, mask: TokenMask, draw: ConstrainedDraw, uniform: number): number {
  if (mask.count() <= SPARSE_TOKENS) return drawSparse(kernel, mask, draw.shape, uniform);
  kernel.mask(mask.words);
  return drawToken(kernel, draw.shape, uniform);
}

/** Whether the answer can still be completed after the token, which may come next. */
function isInTime({ matcher, remainingTokens }: ConstrainedDraw, token: number): boolean {
  if (!Number.isFinite(remainingTokens)) return true;
  const left = remainingTokens - 1;
  matcher.accept(token);
  const isEnough = matcher.bytesToClose() <= left || matcher.minTokensToClose() <= left;
  matcher.rollback(1);
  return isEnough;
}

/** The same draw over a short list: weights relative to the likeliest, thresholds, then one walk in token order. */
function drawSparse(kernel: RowKernel, allowed: Iterable<number>, shape: SamplingOptions, uniform: number): number {
  const rows = [...allowed]
    .map((token) => ({ token, logit: kernel.get(token) }))
    .filter(({ logit }) => logit > -Infinity);
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
  let left = uniform * sumOf(kept);
  for (const { token, weight } of kept) {
    left -= weight;
    if (left < 0) return token;
  }
  return kept.at(-1)?.token ?? -1;
}

function sumOf(tokens: readonly { readonly weight: number }[]): number {
  return tokens.reduce((sum, { weight }) => sum + weight, 0);
}
