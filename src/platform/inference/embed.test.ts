import fc from "fast-check";
import { expect, test } from "vitest";
import { resize } from "./embed.ts";

const vector = (length: number) =>
  fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: length, maxLength: length }).map((values) => {
    const norm = Math.hypot(...values) || 1;
    return Float32Array.from(values, (value) => value / norm);
  });
const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, index) => sum + value * b[index]!, 0);

test("made wider, vectors keep every dot product", () => {
  fc.assert(
    fc.property(vector(8), vector(8), (a, b) => {
      expect(resize(a, 16)).toHaveLength(16);
      expect(dot(resize(a, 16), resize(b, 16))).toBeCloseTo(dot(a, b), 6);
    }),
  );
});

test("made narrower, a vector keeps its direction in what is left and has length one again", () => {
  expect([...resize(Float32Array.of(0.6, 0, 0.8), 2)]).toEqual([1, 0]);
  expect([...resize(Float32Array.of(0, 0, 1), 2)]).toEqual([0, 0]);
});
