import fc from "fast-check";
import { expect, test } from "vitest";
import type { GgufHeader } from "./gguf-header.ts";
import { planGpuLayers, planMemory } from "./memory-plan.ts";

const GB = 1e9;

/** A header of Mistral 7B's dimensions: 131,072 bytes per cell. */
function header(fileBytes: number, trained = 32_768): GgufHeader {
  return {
    architecture: "llama",
    metadata: new Map([
      ["llama.context_length", trained],
      ["llama.block_count", 32],
      ["llama.embedding_length", 4096],
      ["llama.attention.head_count", 32],
      ["llama.attention.head_count_kv", 8],
    ]),
    arrays: new Map(),
    tensors: [],
    fileBytes,
  };
}
const plan = (fileBytes: number, availableBytes: number, wishes: { contextTokens?: number; cells?: number } = {}) =>
  planMemory(header(fileBytes), { contextTokens: wishes.contextTokens, cells: wishes.cells, availableBytes });

test("with room for it, a model gets its trained window", () => {
  expect(plan(4 * GB, 64 * GB)).toMatchObject({ contextTokens: 32_768, cells: 32_768, bytesPerCell: 131_072 });
});

test("a window longer than 32,768 is given on request only", () => {
  const long = header(4 * GB, 131_072);
  const wishes = { cells: undefined, availableBytes: 64 * GB };
  expect(planMemory(long, { ...wishes, contextTokens: undefined }).contextTokens).toBe(32_768);
  expect(planMemory(long, { ...wishes, contextTokens: 100_000 }).contextTokens).toBe(100_000);
});

test("with less memory the window shrinks to what fits", () => {
  const { contextTokens, cells, bytesPerCell } = plan(4 * GB, 6 * GB);
  expect(contextTokens).toBe(cells);
  expect(cells).toBeGreaterThan(2_000);
  expect(4 * GB + cells * bytesPerCell).toBeLessThan(6 * GB);
});

test("a model that cannot fit is refused with both sizes", () => {
  expect(() => plan(8 * GB, 4 * GB)).toThrow(/8\.0 GB .* 4\.0 GB/);
});

test("whatever the memory, the plan stays within it or is refused", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 40 }), (memoryGb, fileGb) => {
      try {
        const { cells, bytesPerCell, contextTokens } = plan(fileGb * GB, memoryGb * GB);
        expect(fileGb * GB + cells * bytesPerCell).toBeLessThan(memoryGb * GB);
        expect(contextTokens).toBeLessThanOrEqual(cells);
      } catch (error) {
        expect(error).toMatchObject({ code: "model_load_failed" });
      }
    }),
  );
});

test("a GPU gets all layers when they fit, some when they do not, none when nothing does", () => {
  const planned = plan(4 * GB, 64 * GB);
  expect(planGpuLayers(header(4 * GB), planned, 24 * GB)).toBe(-1);
  const some = planGpuLayers(header(4 * GB), planned, 5 * GB);
  expect(some).toBeGreaterThan(10);
  expect(some).toBeLessThan(32);
  expect(planGpuLayers(header(4 * GB), planned, 0.5 * GB)).toBe(0);
});
