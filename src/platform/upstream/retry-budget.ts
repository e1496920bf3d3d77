/** Part of the requests that may be tried once more. */
const SHARE = 0.1;

/**
 * Keeps second tries from becoming a second flood: each request earns a tenth of one, and what is saved up suffices to notice that
 * an engine is down.
 */
export class RetryBudget {
  readonly #most: number;
  #left: number;

  /** `most`: tries that can be saved up, and are there from the start. */
  constructor(most: number) {
    this.#most = most;
    this.#left = most;
  }

  earn(): void {
    this.#left = Math.min(this.#most, this.#left + SHARE);
  }

  /** Whether there is one more; it is then spent. */
  take(): boolean {
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
