import { mix64, SeededRandom } from "#base";
import type { Matcher } from "#grammar";
import type { AnswerPart, FormStatistics, SamplingOptions } from "../generation.ts";
import { drawConstrained, type MaskCounts } from "./constrained-draw.ts";
import { drawToken } from "./draw-token.ts";
import { type RankedToken, rankTokens } from "./logprobs.ts";
import { FormWork } from "./form-work.ts";
import type { RowKernel } from "./row-kernel.ts";

/** Draws after a refused one come from a stream of their own. */
const SECOND_STREAM = 0x5851f42d4c957f2dn;
const NO_TOKENS = new Int32Array(0);

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
  /** What the answer must be, followed from its beginning; undefined: anything. */
  readonly matcher: Matcher | undefined;
  /** Whether the answer is steered to be complete when its tokens run out; otherwise it is cut. */
  readonly closesInTime: boolean;
  /** Whether an answer that may end when its tokens run out is whole; of free text nobody can tell. */
  readonly endsWhole: boolean;
  /** Tokens of one or two bytes; see `ConstrainedDraw`. */
  readonly shortTokens: readonly number[];
  readonly maskCounts: MaskCounts;
  /** Milliseconds of a clock that only goes forward. */
  readonly nowMs: () => number;
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
  /** What keeping to the form has taken so far. */
  readonly work: FormWork;
  #generated = 0;

  constructor(parts: SamplerParts) {
    this.#parts = parts;
    this.work = new FormWork(parts.nowMs);
    this.#seed = mix64(parts.options.seed + mix64(BigInt(parts.choice)));
  }

  /**
   * Draws from a row; undefined when bans leave no token. `remainingTokens` may be generated, this one included. Log
   * probabilities are the model's, before any change.
   */
  sample(logits: Float32Array, remainingTokens: number): Sample | undefined {
    const { kernel, logprobs } = this.#parts;
    kernel.load(logits);
    const ranking = logprobs === undefined ? undefined : rankTokens(kernel, logprobs);
    this.#adjust();
    const token = this.#draw(remainingTokens);
    if (token < 0) return undefined;
    return { token, ranked: ranking?.(token, logits[token]!) };
  }

  /** Notes that a token was generated. */
  accept(token: number): void {
    this.#occurrences.set(token, (this.#occurrences.get(token) ?? 0) + 1);
    this.#generated += 1;
    const { matcher } = this.#parts;
    if (matcher !== undefined) this.work.time(() => matcher.accept(token));
  }

  /** Whether the answer is complete and nothing may follow but its end. */
  get mustEnd(): boolean {
    return this.#parts.matcher?.mustEnd() ?? false;
  }

  /** Whether what stands there now is a whole answer, more of which is only possible. */
  get isWhole(): boolean {
    return this.#parts.endsWhole && (this.#parts.matcher?.canEnd() ?? false);
  }

  /**
   * Tokens that come next whatever the model says, out of `remainingTokens`. None where log probabilities are wanted: they
   * would lack them.
   */
  forcedTokens(remainingTokens: number): Int32Array {
    const { matcher, logprobs, closesInTime } = this.#parts;
    if (matcher === undefined || logprobs !== undefined) return NO_TOKENS;
    return this.work.time(() => matcher.forcedTokens(closesInTime ? { remainingTokens } : {}));
  }

  /** How many of the drafts, from the first on, could be drawn at all. */
  countAllowed(drafts: Int32Array): number {
    const { matcher } = this.#parts;
    if (matcher === undefined) return drafts.length;
    let count = 0;
    while (count < drafts.length && !matcher.mustEnd() && matcher.tryToken(drafts[count]!)) {
      matcher.accept(drafts[count++]!);
    }
    matcher.rollback(count);
    return count;
  }

  /** What keeping to the form took; undefined: there is none. */
  get formStatistics(): FormStatistics | undefined {
    if (this.#parts.matcher === undefined) return undefined;
    const { ms, forcedTokens, wasHurried } = this.work;
    return { ms, forcedTokens, wasHurried };
  }

  /** What the bytes of the answer are part of. */
  answerParts(): AnswerPart[] {
    const { matcher } = this.#parts;
    if (matcher === undefined) return [];
    const [text, decoder] = [matcher.text(), new TextDecoder()];
    return matcher.spans().flatMap(({ kind, from, to }) => {
      return kind === "syntax" ? [] : [{ kind, text: decoder.decode(text.subarray(from, to)) }];
    });
  }

  #draw(remainingTokens: number): number {
    const { kernel, options: shape, matcher, closesInTime, shortTokens, maskCounts: counts } = this.#parts;
    const uniformOf = (stream: bigint) =>
      shape.temperature === 0 ? 0 : new SeededRandom(this.#seed ^ stream, BigInt(this.#generated)).next();
    if (matcher === undefined) return drawToken(kernel, shape, uniformOf(0n));
    const uniforms = [uniformOf(0n), uniformOf(SECOND_STREAM)] as const;
    const budget = closesInTime ? remainingTokens : Infinity;
    const { work } = this;
    return drawConstrained(kernel, { matcher, shape, remainingTokens: budget, shortTokens, uniforms, counts, work });
  }

  #adjust(): void {
    const { kernel, options, endTokens, minTokens } = this.#parts;
    const add = (token: number, change: number) => kernel.set(token, kernel.get(token) + change);
    for (const [token, bias] of options.logitBias) add(token, bias);
    if (this.#generated < minTokens && !this.mustEnd) for (const token of endTokens) kernel.set(token, -Infinity);
    if (options.presencePenalty === 0 && options.frequencyPenalty === 0) return;
    for (const [token, count] of this.#occurrences) {
      add(token, -options.presencePenalty - options.frequencyPenalty * count);
    }
  }
}
