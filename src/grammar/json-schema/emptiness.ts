/**
 * Bookkeeping of a least fixpoint: a type that is asked for inside its own answer counts as empty there. What leans on such
 * an assumption is right for the question at hand, and must not be remembered as an answer of its own.
 */
export class Emptiness {
  /** Questions that are being answered. */
  depth = 0;
  #assumptions = 0;

  /** To be called where a type counts as empty because it is being asked for. */
  assume(): void {
    this.#assumptions++;
  }

  /** A moment, for `isFinalSince`. */
  now(): number {
    return this.#assumptions;
  }

  /** Whether what was found out since then holds for good. */
  isFinalSince(moment: number): boolean {
    return this.depth === 0 || this.#assumptions === moment;
  }

  /** Whether nothing was assumed since then. */
  isUnassumedSince(moment: number): boolean {
    return this.#assumptions === moment;
  }
}
