import { GrammarError } from "./grammar-error.ts";

/**
 * Counts elementary steps (regex derivatives, alternatives tried, states explored) against a cap, so that a hostile
 * grammar ends in an error after a bounded, machine-independent amount of work.
 */
export class WorkMeter {
  #left: number;
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
    this.#left = limit;
  }

  /** Steps that may still be spent. */
  get left(): number {
    return this.#left;
  }

  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) {
      throw new GrammarError({ code: "too_large", reason: `needs more than ${this.#limit} steps of work` });
    }
  }

  /** Grants the whole cap again: called at the start of every request to the machine. */
  refill(): void {
    this.#left = this.#limit;
  }
}
