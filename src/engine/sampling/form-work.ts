/** What keeping one answer to its form took. */
export class FormWork {
  /** Tokens that came without asking the model. */
  forcedTokens = 0;
  /** Whether a token was passed over because the rest of the budget would not have sufficed after it. */
  wasHurried = false;
  #ms = 0;
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Milliseconds spent on masks, trials and steps of the grammar. */
  get ms(): number {
    return this.#ms;
  }

  time<T>(body: () => T): T {
    const began = this.#nowMs();
    try {
      return body();
    } finally {
      this.#ms += this.#nowMs() - began;
    }
  }
}
