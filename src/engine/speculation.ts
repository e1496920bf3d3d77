import { TokenList } from "./token-list.ts";

/** A continuation is looked up by its last three tokens: two match too often by accident. */
const NGRAM = 3;
/** Chance of acceptance assumed of a draft about which nothing is known. */
const PRIOR_ACCEPTANCE = 0.8;
/** How many observations the prior weighs. */
const PRIOR_WEIGHT = 2;
/** What is kept of the observations per step: the past counts for about 30 steps, so a drafter that gave up tries again. */
const MEMORY = 0.97;
/** Stands between the prediction and the sequence in the text to look things up in; no token has it. */
const SEPARATOR = -1;

/**
 * Proposes what one sequence may say next: what followed the last time its latest tokens stood in the prompt, in the
 * answer so far, or in the caller's prediction (prompt lookup decoding, Saxena 2023). Drafts are only proposals: each is
 * drawn like any other token and kept when the draw agrees, so they change speed and never the text.
 */
export class Drafter {
  /** The prediction, a separator, and the sequence so far. */
  readonly #corpus: TokenList;
  readonly #offset: number;
  /** Where in the corpus the latest tokens stood before, by those tokens: the place after them. */
  readonly #places = new Map<number, number>();
  /** The place in the corpus that the sequence seems to be following. */
  #cursor: number | undefined;
  #accepted = 0;
  #rejected = 0;

  constructor(prediction: Int32Array) {
    this.#corpus = new TokenList(prediction);
    this.#corpus.push(SEPARATOR);
    this.#offset = prediction.length + 1;
    for (let place = NGRAM; place <= prediction.length; place++) this.#index(place);
  }

  /**
   * At most `most` tokens that may follow `tokens`, fewer as their chance of being accepted falls under `worthwhile`.
   * `answerStart` is where the prompt ends: there a prediction begins.
   */
  propose(tokens: TokenList, options: { most: number; worthwhile: number; answerStart: number }): Int32Array {
    this.#follow(tokens, options.answerStart);
    this.#accepted *= MEMORY;
    this.#rejected *= MEMORY;
    if (this.#cursor === undefined) return new Int32Array(0);
    const length = Math.min(options.most, this.#worthwhileLength(options.worthwhile));
    const draft = this.#corpus.view(this.#cursor, this.#cursor + length);
    const end = draft.indexOf(SEPARATOR);
    return draft.slice(0, end < 0 ? draft.length : end);
  }

  /** Notes how a proposal fared. */
  learn(drafted: number, accepted: number): void {
    this.#accepted += accepted;
    if (accepted < drafted) this.#rejected += 1;
  }

  /** The longest draft whose last token is still accepted with the worthwhile chance. */
  #worthwhileLength(worthwhile: number): number {
    const seen = this.#accepted + this.#rejected + PRIOR_WEIGHT;
    const acceptance = (this.#accepted + PRIOR_ACCEPTANCE * PRIOR_WEIGHT) / seen;
    return acceptance >= 1 ? Infinity : Math.floor(Math.log(worthwhile) / Math.log(acceptance));
  }

  /** Takes in the tokens since the last call, and keeps the cursor on what they follow. */
  #follow(tokens: TokenList, answerStart: number): void {
    for (let index = this.#corpus.length - this.#offset; index < tokens.length; index++) {
      const token = tokens.at(index);
      const isFollowing = this.#cursor !== undefined && this.#corpus.at(this.#cursor) === token;
      this.#corpus.push(token);
      const place = this.#corpus.length;
      const found = this.#places.get(this.#keyBefore(place));
      if (isFollowing) this.#cursor! += 1;
      else this.#cursor = found;
      this.#index(place);
      if (index === answerStart - 1 && this.#offset > 1) this.#cursor = 0;
    }
  }

  #index(place: number): void {
    this.#places.set(this.#keyBefore(place), place);
  }

  /** The tokens before a place as one number. Collisions only make a draft worse. */
  #keyBefore(place: number): number {
    let key = 0;
    for (let back = NGRAM; back > 0; back--) {
      key = key * 2 ** 17 + (place - back < 0 ? SEPARATOR : this.#corpus.at(place - back));
    }
    return key;
  }
}
