import type { TensorPlan } from "./gguf-writer.ts";

export const WEIGHT_TYPES = ["f32", "f16", "q8_0", "q4_0"] as const;
export type WeightType = (typeof WEIGHT_TYPES)[number];

/** ggml type number, bytes per block, elements per block. */
const LAYOUT = {
  f32: { type: 0, blockBytes: 4, blockElements: 1 },
  f16: { type: 1, blockBytes: 2, blockElements: 1 },
  q8_0: { type: 8, blockBytes: 34, blockElements: 32 },
  q4_0: { type: 2, blockBytes: 18, blockElements: 32 },
} as const;

const CHUNK_BLOCKS = 1 << 16;

/** Fast uniform 32-bit numbers (xorshift); weights need no better. */
export function createGenerator(seed: number): () => number {
  let state = (seed * 2654435761 + 1) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** A tensor of random weights with mean 0 and about the given standard deviation; the fastest dimension first. */
export function randomTensor(
  name: string,
  dimensions: readonly number[],
  { type, deviation, next }: { type: WeightType; deviation: number; next: () => number },
): TensorPlan {
  const { type: number, blockBytes, blockElements } = LAYOUT[type];
  const blocks = dimensions.reduce((product, size) => product * size, 1) / blockElements;
  if (!Number.isInteger(blocks)) throw new Error(`${name}: not a whole number of ${type} blocks`);
  return {
    name,
    dimensions,
    type: number,
    bytes: blocks * blockBytes,
    *chunks() {
      for (let start = 0; start < blocks; start += CHUNK_BLOCKS) {
        const chunk = Buffer.alloc(Math.min(CHUNK_BLOCKS, blocks - start) * blockBytes);
        FILL[type](chunk, deviation, next);
        yield chunk;
      }
    },
  };
}

/** A float32 tensor of one value, as norms are. */
export function constantTensor(name: string, length: number, value: number): TensorPlan {
  const chunk = Buffer.from(new Float32Array(length).fill(value).buffer);
  return { name, dimensions: [length], type: 0, bytes: chunk.length, chunks: () => [chunk] };
}

const FILL: Record<WeightType, (chunk: Buffer, deviation: number, next: () => number) => void> = {
  f32(chunk, deviation, next) {
    for (let at = 0; at < chunk.length; at += 4) chunk.writeFloatLE(uniform(next) * deviation, at);
  },
  f16(chunk, deviation, next) {
    for (let at = 0; at < chunk.length; at += 2) chunk.writeUInt16LE(toHalf(uniform(next) * deviation), at);
  },
  // Uniform bytes have a standard deviation of 74.
  q8_0(chunk, deviation, next) {
    fillWords(chunk, next);
    const scale = toHalf(deviation / 74);
    for (let at = 0; at < chunk.length; at += 34) chunk.writeUInt16LE(scale, at);
  },
  // Uniform nibbles have a standard deviation of 4.6.
  q4_0(chunk, deviation, next) {
    fillWords(chunk, next);
    const scale = toHalf(deviation / 4.6);
    for (let at = 0; at < chunk.length; at += 18) chunk.writeUInt16LE(scale, at);
  },
};

/** Uniform with standard deviation 1. */
function uniform(next: () => number): number {
  return (next() / 2 ** 32 - 0.5) * 3.464;
}

function fillWords(chunk: Buffer, next: () => number): void {
  const words = new Uint32Array(Math.ceil(chunk.length / 4));
  for (let index = 0; index < words.length; index++) words[index] = next();
  Buffer.from(words.buffer).copy(chunk);
}

/** IEEE half precision of a number whose magnitude is a normal half or rounds to zero. */
function toHalf(value: number): number {
  const float = new Float32Array([value]);
  const bits = new Uint32Array(float.buffer)[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const exponent = ((bits >>> 23) & 0xff) - 112;
  if (exponent <= 0) return sign;
  return sign | (exponent << 10) | ((bits >>> 13) & 0x3ff);
}
