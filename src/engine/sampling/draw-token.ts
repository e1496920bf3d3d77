import type { SamplingOptions } from "../generation.ts";
import type { RowKernel } from "./row-kernel.ts";

type Shape = Pick<SamplingOptions, "temperature" | "topK" | "topP" | "minP">;

/**
 * Draws a token from the row in the kernel: temperature, then top-k, top-p and min-p, then the token at `uniform` (in
 * [0, 1)) of what is left, in token order. Each of the three keeps "all tokens at least this likely", so equally likely
 * tokens stay or go together. -1 when no token is left to draw.
 */
export function drawToken(kernel: RowKernel, shape: Shape, uniform: number): number {
  if (kernel.max() === -Infinity) return -1;
  if (shape.temperature === 0) return kernel.argmax();
  const total = kernel.weigh(1 / shape.temperature);
  if (shape.topK === 0 && shape.topP >= 1 && shape.minP === 0) return kernel.pick(uniform * total);
  const candidates = gatherCandidates(kernel, shape, total);
  const threshold = Math.max(shape.minP, thresholdOf(kernel, shape, { candidates, total }));
  let kept = 0;
  for (let index = 0; index < candidates; index++) {
    const weight = kernel.weights[index]!;
    if (weight >= threshold) kept += weight;
  }
  let left = uniform * kept;
  let last = -1;
  for (let index = 0; index < candidates; index++) {
    const weight = kernel.weights[index]!;
    if (weight < threshold) continue;
    last = kernel.tokens[index]!;
    left -= weight;
    if (left < 0) return last;
  }
  return last;
}

/**
 * Lists a superset of the tokens that survive. Tokens lighter than (1 - topP) × total / size together weigh less than the
 * part that top-p drops, so none of them survives it; this leaves few tokens of a large vocabulary to look at.
 */
function gatherCandidates(kernel: RowKernel, shape: Shape, total: number): number {
  const topPCut = ((1 - shape.topP) * total) / kernel.tokens.length;
  if (shape.topK === 0) return kernel.gather(Math.max(shape.minP, topPCut));
  const count = kernel.gather(topPCut);
  return count < shape.topK ? kernel.gather(0) : count;
}

function thresholdOf(kernel: RowKernel, shape: Shape, found: { candidates: number; total: number }): number {
  const weights = kernel.weights.slice(0, found.candidates);
  let threshold = 0;
  let mass = found.total;
  if (shape.topK > 0 && shape.topK < weights.length) {
    threshold = reachThreshold(weights, shape.topK, () => 1);
    mass = weights.reduce((sum, weight) => (weight >= threshold ? sum + weight : sum), 0);
  } else if (shape.topK > 0) {
    mass = weights.reduce((sum, weight) => sum + weight, 0);
  }
  return shape.topP < 1
    ? Math.max(
        threshold,
        reachThreshold(weights, shape.topP * mass, (weight) => weight),
      )
    : threshold;
}

/**
 * The largest t such that the weights >= t, measured by `measure`, sum to at least `target`; 0 when all together do not.
 * Quickselect: expected O(n). Reorders `weights`.
 */
export function reachThreshold(weights: Float32Array, target: number, measure: (weight: number) => number): number {
  let low = 0;
  let high = weights.length;
  let above = 0;
  while (low < high) {
    const pivot = weights[(low + high) >> 1]!;
    let greater = low;
    let greaterSum = 0;
    let equal = low;
    let equalSum = 0;
    for (let index = low; index < high; index++) {
      const weight = weights[index]!;
      if (weight < pivot) continue;
      weights[index] = weights[equal]!;
      if (weight > pivot) {
        weights[equal] = weights[greater]!;
        weights[greater++] = weight;
        greaterSum += measure(weight);
      } else {
        weights[equal] = weight;
        equalSum += measure(weight);
      }
      equal++;
    }
    if (above + greaterSum >= target) high = greater;
    else if (above + greaterSum + equalSum >= target) return pivot;
    else {
      above += greaterSum + equalSum;
      low = equal;
    }
  }
  return 0;
}
