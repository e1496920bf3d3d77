/** What is assumed before anything was measured. */
const FIRST_PRICE = 0.25;
/** What each further sequence in the pass adds: beside seven others a row costs nearly what it costs alone. */
const PRICE_PER_SEQUENCE = 0.08;
const HIGHEST_PRICE = 0.95;
/** Weight of the latest pass in the running averages. */
const LATEST = 0.1;
/** How fast a price is forgotten: one that allows no drafts is never measured again. */
const FORGOTTEN = 0.01;
/** A pass that took this many times longer than usual was held up by something else. */
const LONGEST_PASSES = 3;

/**
 * What the row of a draft costs, as a share of the pass that it may save: little where the weights are most of a pass, much
 * where attention is. Learned from the passes of lone sequences. Time may decide here, since drafts never change a text.
 */
export class DraftPrice {
  #loneMs = 0;
  #share = FIRST_PRICE;

  /** Notes how long a pass took that was one decoding sequence's, with so many drafts. */
  observe(drafts: number, elapsedMs: number): void {
    if (this.#loneMs === 0) {
      if (drafts === 0) this.#loneMs = elapsedMs;
      return;
    }
    const passes = Math.min(LONGEST_PASSES, elapsedMs / this.#loneMs);
    if (drafts === 0) {
      this.#loneMs += LATEST * (passes - 1) * this.#loneMs;
      this.#share += FORGOTTEN * (FIRST_PRICE - this.#share);
    } else this.#share += LATEST * (Math.max(0, passes - 1) / drafts - this.#share);
  }

  /** The chance of acceptance that a draft needs to be worth its row, when so many sequences decode together. */
  worthwhileAcceptance(sequences: number): number {
    return Math.min(HIGHEST_PRICE, this.#share + PRICE_PER_SEQUENCE * (sequences - 1));
  }
}
