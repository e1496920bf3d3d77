import type { WireLogprobs } from "../completion.ts";

/** Log probabilities in the form of OpenAI's older completions: one list per question. */
export interface TextLogprobs {
  readonly tokens: readonly string[];
  readonly token_logprobs: readonly number[];
  /** Null where no alternatives were asked for. */
  readonly top_logprobs: readonly Readonly<Record<string, number>>[] | null;
  /** Where each token begins in the answer's text, in characters (code points). */
  readonly text_offset: readonly number[];
}

/** Writes one choice's log probabilities, piece by piece: offsets go on from piece to piece. */
export class TextLogprobsWriter {
  #offset = 0;

  write({ content }: WireLogprobs): TextLogprobs {
    const hasTop = content.some(({ top_logprobs: top }) => top.length > 0);
    return {
      tokens: content.map(({ token }) => token),
      token_logprobs: content.map(({ logprob }) => logprob),
      top_logprobs: hasTop
        ? content.map(({ top_logprobs: top }) => Object.fromEntries(top.map(({ token, logprob }) => [token, logprob])))
        : null,
      text_offset: content.map(({ bytes }) => this.#advance(bytes)),
    };
  }

  #advance(bytes: readonly number[]): number {
    const begin = this.#offset;
    // A character may be several tokens long: it counts with its first byte.
    this.#offset += bytes.filter((byte) => (byte & 0xc0) !== 0x80).length;
    return begin;
  }
}
