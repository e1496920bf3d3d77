import { expect, test } from "vitest";
import { fromHalf, toHalf, toQ8, writeGguf } from "./gguf.ts";

test.each([0, 1, -2, 0.1, 65504, 6.1e-5, 5.96e-8, -0.333])("half precision keeps %d within half a unit", (value) => {
  expect(Math.abs(fromHalf(toHalf(value)) - value)).toBeLessThanOrEqual(Math.max(Math.abs(value) * 2 ** -11, 2 ** -25));
});

test("every half number survives the way there and back", () => {
  const all = Array.from({ length: 0x7c00 }, (_, bits) => bits);
  expect(all.filter((bits) => toHalf(fromHalf(bits)) !== bits)).toEqual([]);
});

test("q8_0 is 34 bytes per 32 weights and within one step of the weight", () => {
  const data = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i) * (i < 32 ? 1 : 100));
  const bytes = toQ8(data);
  expect(bytes.length).toBe(68);
  data.forEach((weight, i) => {
    const block = Math.floor(i / 32) * 34;
    const scale = fromHalf(bytes[block]! | (bytes[block + 1]! << 8));
    const back = ((bytes[block + 2 + (i % 32)]! << 24) >> 24) * scale;
    expect(Math.abs(back - weight)).toBeLessThanOrEqual(scale * 0.51 + 0.07 * scale);
  });
});

test("tensor data starts at a multiple of 32 and shapes are written fastest first", () => {
  const tensors = new Map([["w", { shape: [2, 32], data: new Float32Array(64).fill(1) }]]);
  const file = writeGguf([["general.name", { text: "x" }]], tensors, "f32");
  const view = new DataView(file.buffer);
  expect(new TextDecoder().decode(file.subarray(0, 4))).toBe("GGUF");
  const at = 24 + 8 + "general.name".length + 4 + 8 + 1 + 8 + 1;
  expect([view.getUint32(at, true), view.getBigUint64(at + 4, true), view.getBigUint64(at + 12, true)]).toEqual([
    2,
    32n,
    2n,
  ]);
  expect(file.length % 32).toBe(0);
  expect(view.getFloat32(file.length - 256, true)).toBe(1);
});
