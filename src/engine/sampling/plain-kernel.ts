import { BLOCK_TOKENS, type RowKernel, SMALLEST_EXPONENT } from "./row-kernel.ts";

const { fround } = Math;
const LOG2_E = fround(1.44269504);
const LN_2 = fround(0.69314718);
const C5 = fround(0.00833333);
const C4 = fround(0.04166667);
const C3 = fround(0.16666667);
const LANES = 4;

/** The oracle: float32 arithmetic lane by lane, in the order in which the SIMD kernel does it. */
export class PlainKernel implements RowKernel {
  readonly tokens: Int32Array;
  readonly weights: Float32Array;
  readonly #size: number;
  readonly #row: Float32Array;
  readonly #weights: Float32Array;
  readonly #bits = new DataView(new ArrayBuffer(4));

  constructor(vocabularySize: number) {
    this.#size = vocabularySize;
    const padded = Math.ceil(vocabularySize / BLOCK_TOKENS) * BLOCK_TOKENS;
    this.#row = new Float32Array(padded).fill(-Infinity);
    this.#weights = new Float32Array(padded);
    this.tokens = new Int32Array(padded);
    this.weights = new Float32Array(padded);
  }

  load(logits: Float32Array): void {
    this.#row.set(logits);
  }

  get(token: number): number {
    return this.#row[token]!;
  }

  set(token: number, logit: number): void {
    this.#row[token] = logit;
  }

  mask(words: Int32Array | Uint32Array): void {
    for (let token = 0; token < this.#size; token++) {
      if (((words[token >> 5]! >>> (token & 31)) & 1) === 0) this.#row[token] = -Infinity;
    }
  }

  max(): number {
    let largest = -Infinity;
    for (const logit of this.#row) if (logit > largest) largest = logit;
    return largest;
  }

  argmax(): number {
    return Math.max(0, this.#row.indexOf(fround(this.max())));
  }

  weigh(inverseTemperature: number): number {
    const largest = fround(this.max());
    const scale = fround(inverseTemperature);
    const lanes = new Float32Array(LANES);
    for (let token = 0; token < this.#row.length; token++) {
      const exponent = fround(fround(this.#row[token]! - largest) * scale);
      const weight = exponent >= SMALLEST_EXPONENT ? this.#exp(exponent) : 0;
      this.#weights[token] = weight;
      lanes[token % LANES]! += weight;
    }
    return sumOfLanes(lanes);
  }

  gather(cut: number): number {
    const limit = fround(cut);
    let count = 0;
    for (let token = 0; token < this.#weights.length; token++) {
      const weight = this.#weights[token]!;
      if (weight <= 0 || weight < limit) continue;
      this.tokens[count] = token;
      this.weights[count++] = weight;
    }
    return count;
  }

  pick(target: number): number {
    let left = fround(target);
    let last = 0;
    for (let start = 0; start < this.#weights.length; start += BLOCK_TOKENS) {
      const block = this.#weights.subarray(start, start + BLOCK_TOKENS);
      const lanes = new Float32Array(LANES);
      block.forEach((weight, index) => (lanes[index % LANES]! += weight));
      const sum = sumOfLanes(lanes);
      for (let index = 0; index < BLOCK_TOKENS; index++) if (block[index]! > 0) last = start + index;
      if (left > sum) {
        left = fround(left - sum);
        continue;
      }
      for (let index = 0; index < BLOCK_TOKENS; index++) {
        left = fround(left - block[index]!);
        if (left <= 0 && block[index]! > 0) return start + index;
      }
      return last;
    }
    return last;
  }

  /** e^x for x in [-80, 0]: 2^k by the exponent bits, the rest by a polynomial of degree 5. */
  #exp(x: number): number {
    const k = roundHalfToEven(fround(x * LOG2_E));
    const rest = fround(x - fround(k * LN_2));
    let sum = C5;
    for (const coefficient of [C4, C3, 0.5, 1, 1]) sum = fround(fround(sum * rest) + coefficient);
    this.#bits.setFloat32(0, sum);
    this.#bits.setInt32(0, this.#bits.getInt32(0) + (k << 23));
    return this.#bits.getFloat32(0);
  }
}

function sumOfLanes(lanes: Float32Array): number {
  return fround(fround(lanes[0]! + lanes[1]!) + fround(lanes[2]! + lanes[3]!));
}

function roundHalfToEven(x: number): number {
  const below = Math.floor(x);
  const isHalf = x - below === 0.5;
  return isHalf ? 2 * Math.round(x / 2) : Math.round(x);
}
