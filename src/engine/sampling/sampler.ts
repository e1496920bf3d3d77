import { mix64, SeededRandom } from "#base";
import type { SamplingOptions } from "../generation.ts";
import { drawToken } from "./draw-token.ts";
import { type RankedToken, rankTokens } from "./logprobs.ts";
import type { RowKernel } from "./row-kernel.ts";

export interface SamplerParts {
  readonly kernel: RowKernel;
  readonly options: SamplingOptions;
  /** Which of the request's choices: each draws from a stream of its own. */
  readonly choice: number;
  /** Tokens that end a turn, forbidden before `minTokens` are generated. */
  readonly endTokens: readonly number[];
  readonly minTokens: number;
  /** Alternatives to rank per token; undefined: none, and no log probabilities. */
  readonly logprobs: number | undefined;
}

export interface Sample {
  readonly token: number;
  /** The drawn token first, then the likeliest; natural logarithms under the model's own distribution. */
  readonly ranked: readonly RankedToken[] | undefined;
}

/**
 * Draws the tokens of one choice. The k-th draw depends on the seed, the choice and k alone, so drafts, load and batch
 * order cannot change it. Order: bias and bans, penalties, temperature, top-k, top-p, min-p.
 */
export class Sampler {
  readonly #parts: SamplerParts;
  readonly #seed: bigint;
  readonly #occurrences = new Map<number, number>();
  #generated = 0;

  constructor(parts: SamplerParts) {
    this.#parts = parts;
    this.#seed = mix64(parts.options.seed + mix64(BigInt(parts.choice)));
  }

  /** Draws from a row; undefined when bans leave no token. Log probabilities are the model's, before any change. */
  sample(logits: Float32Array): Sample | undefined {
    const { kernel, options, logprobs } = this.#parts;
    kernel.load(logits);
    const ranking = logprobs === undefined ? undefined : rankTokens(kernel, logprobs);
    this.#adjust();
    const uniform = options.temperature === 0 ? 0 : new SeededRandom(this.#seed, BigInt(this.#generated)).next();
    const token = drawToken(kernel, options, uniform);
    if (token < 0) return undefined;
    return { token, ranked: ranking?.(token, logits[token]!) };
  }

  /** Notes that a token was generated. */
  accept(token: number): void {
    this.#occurrences.set(token, (this.#occurrences.get(token) ?? 0) + 1);
    this.#generated += 1;
  }

  #adjust(): void {
    const { kernel, options, endTokens, minTokens } = this.#parts;
    const add = (token: number, change: number) => kernel.set(token, kernel.get(token) + change);
    for (const [token, bias] of options.logitBias) add(token, bias);
    if (this.#generated < minTokens) for (const token of endTokens) kernel.set(token, -Infinity);
    if (options.presencePenalty === 0 && options.frequencyPenalty === 0) return;
    for (const [token, count] of this.#occurrences) {
      add(token, -options.presencePenalty - options.frequencyPenalty * count);
    }
  }
}
