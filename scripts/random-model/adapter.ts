import { writeGguf } from "./gguf-writer.ts";
import { SHAPES } from "./shapes.ts";
import type { ShapeName } from "./shapes.ts";
import { createGenerator, randomTensor } from "./weights.ts";

/** Writes a LoRA adapter of random weights for the attention queries of a random model of that shape. */
export function writeRandomAdapter({ path, shape, seed = 0 }: { path: string; shape: ShapeName; seed?: number }): void {
  const { width, layers } = SHAPES[shape];
  const rank = 4;
  const next = createGenerator(seed + 1);
  const matrix = (name: string, dimensions: readonly number[]) =>
    randomTensor(name, dimensions, { type: "f32", deviation: 0.5, next });
  const tensors = Array.from({ length: layers }, (_, layer) => [
    matrix(`blk.${layer}.attn_q.weight.lora_a`, [width, rank]),
    matrix(`blk.${layer}.attn_q.weight.lora_b`, [rank, width]),
  ]);
  writeGguf(
    path,
    new Map([
      ["general.type", { type: "text", value: "adapter" }],
      ["general.architecture", { type: "text", value: "llama" }],
      ["adapter.type", { type: "text", value: "lora" }],
      ["adapter.lora.alpha", { type: "f32", value: rank }],
    ]),
    tensors.flat(),
  );
}
