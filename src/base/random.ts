/** A source of uniform numbers. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
}

/**
 * A counter-based generator: the k-th number depends on (seed, k) alone, never on what else runs.
 * SplitMix64's finaliser over seed and counter (Steele, Lea, Flood 2014), top 53 bits.
 */
export class SeededRandom implements Random {
  readonly #seed: bigint;
  #counter: bigint;

  constructor(seed: bigint, counter = 0n) {
    this.#seed = BigInt.asUintN(64, seed);
    this.#counter = counter;
  }

  next(): number {
    this.#counter += 1n;
    return Number(mix64(this.#seed + this.#counter * GOLDEN_GAMMA) >> 11n) / 2 ** 53;
  }
}

const GOLDEN_GAMMA = 0x9e3779b97f4a7c15n;

/** A 64-bit finaliser: every input bit changes every output bit with probability one half. */
export function mix64(value: bigint): bigint {
  let z = BigInt.asUintN(64, value);
  z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
  z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
  return z ^ (z >> 31n);
}
