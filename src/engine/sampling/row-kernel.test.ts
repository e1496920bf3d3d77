import fc from "fast-check";
import { expect, test } from "vitest";
import { PlainKernel } from "./plain-kernel.ts";
import { SimdKernel } from "./simd-kernel.ts";

const sizes = fc.constantFrom(1, 63, 64, 65, 200, 1000);
const rows = sizes.chain((size) =>
  fc.float32Array({ minLength: size, maxLength: size, min: -60, max: 60, noNaN: true }),
);
const special = fc.constantFrom(-Infinity, NaN, 0, -0, 12.5, -80);

/** Equal bits, so that the path a machine takes never changes a text. */
test("the SIMD kernel computes bit for bit what the plain one computes", () => {
  fc.assert(
    fc.property(
      rows,
      fc.record({
        holes: fc.array(fc.tuple(fc.nat(999), special), { maxLength: 20 }),
        words: fc.option(fc.uint32Array({ minLength: 32, maxLength: 32 })),
        scale: fc.constantFrom(0.5, 1, 1 / 0.7, 10),
        cut: fc.constantFrom(0, 1e-9, 1e-3, 0.5, 1),
        uniform: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      }),
      (row, { holes, words, scale, cut, uniform }) => {
        const results = [new PlainKernel(row.length), new SimdKernel(row.length)].map((kernel) => {
          kernel.load(row);
          for (const [token, logit] of holes) if (token < row.length) kernel.set(token, logit);
          if (words !== null) kernel.mask(words.subarray(0, Math.ceil(row.length / 32)));
          const [max, argmax, total] = [kernel.max(), kernel.argmax(), kernel.weigh(scale)];
          const count = kernel.gather(cut);
          const gathered = [kernel.tokens.slice(0, count), kernel.weights.slice(0, count)];
          return { max, argmax, total, gathered, picked: kernel.pick(uniform * total), get: kernel.get(0) };
        });
        const nothingLeft = results[0]!.max === -Infinity;
        if (nothingLeft) expect(results[1]!.max).toBe(-Infinity);
        else expect(results[1]).toEqual(results[0]);
      },
    ),
    { numRuns: 500 },
  );
});

test("weights are exp of the scaled distance to the largest logit", () => {
  const logits = Float32Array.from({ length: 200 }, (_, token) => Math.sin(token) * 20);
  const kernel = new SimdKernel(logits.length);
  kernel.load(logits);
  const largest = Math.max(...logits);
  const wanted = Array.from(logits, (logit) => Math.exp((logit - largest) / 0.7));
  const total = kernel.weigh(1 / 0.7);
  const count = kernel.gather(0);
  expect(count).toBe(wanted.length);
  wanted.forEach((weight, token) => expect(kernel.weights[token]! / weight).toBeCloseTo(1, 4));
  expect(total / wanted.reduce((sum, weight) => sum + weight)).toBeCloseTo(1, 5);
});
