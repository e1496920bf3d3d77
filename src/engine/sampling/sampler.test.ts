import fc from "fast-check";
import { expect, test } from "vitest";
import { GREEDY } from "../generation.ts";
import type { SamplingOptions } from "../generation.ts";
import { drawToken } from "./draw-token.ts";
import { rankTokens } from "./logprobs.ts";
import { PlainKernel } from "./plain-kernel.ts";
import { Sampler } from "./sampler.ts";
import { SimdKernel } from "./simd-kernel.ts";

type Shape = Pick<SamplingOptions, "temperature" | "topK" | "topP" | "minP">;

/** The definition, in double precision: which tokens survive, and with what probability. */
function distribution(logits: ArrayLike<number>, { temperature, topK, topP, minP }: Shape): Map<number, number> {
  const best = Math.max(...Array.from(logits));
  let tokens = Array.from(logits, (logit, token) => ({ token, weight: Math.exp((logit - best) / temperature) }))
    .filter(({ weight }) => weight > 1e-34)
    .toSorted((a, b) => b.weight - a.weight);
  const upTo = (count: number) =>
    tokens.filter(({ weight }) => weight >= tokens[Math.min(count, tokens.length) - 1]!.weight);
  if (topK > 0) tokens = upTo(topK);
  const total = tokens.reduce((sum, { weight }) => sum + weight, 0);
  let reached = 0;
  const count = tokens.findIndex(({ weight }) => (reached += weight) >= topP * total * (1 - 1e-7)) + 1;
  if (topP < 1) tokens = upTo(count);
  tokens = tokens.filter(({ weight }) => weight >= minP);
  const kept = tokens.reduce((sum, { weight }) => sum + weight, 0);
  return new Map(tokens.map(({ token, weight }) => [token, weight / kept]));
}

const shapes: fc.Arbitrary<Shape> = fc.record({
  temperature: fc.constantFrom(0.3, 0.7, 1, 2),
  topK: fc.constantFrom(0, 1, 3, 10, 500),
  topP: fc.constantFrom(0.1, 0.5, 0.9, 1),
  minP: fc.constantFrom(0, 0.05, 0.5),
});
/** Logits on a grid, so that ties occur and no two thresholds nearly meet. */
const rows = fc.array(fc.integer({ min: -12, max: 8 }), { minLength: 1, maxLength: 200 });

test("draws are spread as the definition says", () => {
  fc.assert(
    fc.property(rows, shapes, (logits, shape) => {
      const kernel = new PlainKernel(logits.length);
      const wanted = distribution(logits, shape);
      const drawn = new Map<number, number>();
      const draws = 400;
      for (let index = 0; index < draws; index++) {
        kernel.load(Float32Array.from(logits));
        const token = drawToken(kernel, shape, (index + 0.5) / draws);
        drawn.set(token, (drawn.get(token) ?? 0) + 1);
      }
      for (const [token, count] of drawn) {
        // Evenly spread uniforms: a share is off by less than two draws.
        expect(Math.abs(count - (wanted.get(token) ?? 0) * draws)).toBeLessThan(2.5);
      }
    }),
    { numRuns: 300 },
  );
});

test("both kernels draw the same token", () => {
  fc.assert(
    fc.property(
      fc.float32Array({ minLength: 1, maxLength: 300, min: -20, max: 20, noNaN: true }),
      shapes,
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (logits, shape, uniform) => {
        const [plain, simd] = [new PlainKernel(logits.length), new SimdKernel(logits.length)].map((kernel) => {
          kernel.load(logits);
          return drawToken(kernel, shape, uniform);
        });
        expect(simd).toBe(plain);
      },
    ),
    { numRuns: 500 },
  );
});

function samplerOf(options: Partial<SamplingOptions>, size: number, minTokens = 0): Sampler {
  return new Sampler({
    kernel: new PlainKernel(size),
    options: { ...GREEDY, ...options },
    choice: 0,
    endTokens: [0],
    minTokens,
    logprobs: undefined,
    matcher: undefined,
    closesInTime: false,
    endsWhole: false,
    nowMs: () => 0,
    shortTokens: [],
    maskCounts: { masked: 0, optimistic: 0 },
  });
}
const draw = (sampler: Sampler, logits: number[]) => sampler.sample(Float32Array.from(logits), Infinity)?.token;

test("penalties count what was generated, bias and bans come before them", () => {
  const sampler = samplerOf({ presencePenalty: 1, frequencyPenalty: 0.5, logitBias: new Map([[3, 2]]) }, 4, 1);
  expect(draw(sampler, [9, 5, 4, 2.5])).toBe(1);
  sampler.accept(1);
  expect(draw(sampler, [0, 5, 4, 2.5])).toBe(3);
  sampler.accept(3);
  expect(draw(sampler, [0, 5, 4, 2.5])).toBe(2);
  sampler.accept(2);
  expect(draw(sampler, [9, 5, 4, 2.5])).toBe(0);
});

test("the k-th draw depends on the seed, the choice and k alone", () => {
  const logits = Array.from({ length: 50 }, () => 0);
  const run = (seed: bigint, skip: number) => {
    const sampler = samplerOf({ temperature: 1, seed }, logits.length);
    for (let index = 0; index < skip; index++) sampler.accept(index);
    return Array.from({ length: 5 }, () => {
      const token = draw(sampler, logits)!;
      sampler.accept(token);
      return token;
    });
  };
  expect(run(1n, 0)).toEqual(run(1n, 0));
  expect(run(1n, 0).slice(2)).toEqual(run(1n, 2).slice(0, 3));
  expect(run(1n, 0)).not.toEqual(run(2n, 0));
});

test("log probabilities are the model's own, the chosen token's first, whatever was banned", () => {
  const logits = Float32Array.of(1, 3, 2, 0);
  const kernel = new PlainKernel(4);
  kernel.load(logits);
  const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
  const ranked = rankTokens(kernel, 2)(3, 0);
  expect(ranked.map(({ token }) => token)).toEqual([3, 1, 2]);
  for (const { token, logprob } of ranked) expect(logprob).toBeCloseTo(logits[token]! - total, 4);
});

test("a row of which everything is forbidden draws nothing", () => {
  expect(draw(samplerOf({}, 2, 1), [5, -Infinity])).toBeUndefined();
});
