/**
 * The arithmetic over one row of logits that sampling needs, on a copy of the row. Two implementations give the same
 * bits: `PlainKernel` (TypeScript, the oracle) and `SimdKernel` (WebAssembly, four lanes at a time). All sums are float32.
 */
export interface RowKernel {
  /** Copies a row in; what follows works on the copy. */
  load(logits: Float32Array): void;
  /** The logit of one token, as changed since `load`. */
  get(token: number): number;
  set(token: number, logit: number): void;
  /** Sets every token whose bit in `words` is 0 to -Infinity; bit t of the mask is bit t % 32 of word t >> 5. */
  mask(words: Int32Array | Uint32Array): void;
  /** The largest logit; -Infinity when no token is left. NaN counts as absent. */
  max(): number;
  /** The lowest token with the largest logit. */
  argmax(): number;
  /**
   * Computes the weight exp((logit - max) × inverseTemperature) of every token, 0 below e^-80, and returns their sum.
   * Relative error of one weight: about 1e-5.
   */
  weigh(inverseTemperature: number): number;
  /** Lists the tokens of positive weight >= cut in `tokens` and `weights`, in token order; returns how many. */
  gather(cut: number): number;
  /** The token at which the running sum of weights, in token order, reaches `target`. */
  pick(target: number): number;
  /** Results of `gather`; valid until the next call. */
  readonly tokens: Int32Array;
  readonly weights: Float32Array;
}

/** Weights are 0 below this exponent. */
export const SMALLEST_EXPONENT = -80;
/** Weights are summed in blocks of this many tokens. */
export const BLOCK_TOKENS = 64;
