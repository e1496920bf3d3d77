/** Tells work that nobody waits for it any more: what the house uses of `AbortSignal`, so that one of those will do. */
export interface CancelSignal {
  readonly aborted: boolean;
  /** Why; undefined as long as nothing is cancelled. */
  readonly reason: unknown;
  /** Throws the reason once cancelled. */
  throwIfAborted(): void;
  /** The listener is called at most once, when it is cancelled from now on. */
  addEventListener(type: "abort", listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/**
 * Cancels, and is the signal of it. Every request has one: Node's own `AbortController` costs 7 µs where this costs one (decision
 * 0412).
 */
export class Canceller implements CancelSignal {
  #isCancelled = false;
  #reason: unknown;
  readonly #listeners: (() => void)[] = [];

  get aborted(): boolean {
    return this.#isCancelled;
  }

  get reason(): unknown {
    return this.#reason;
  }

  /** Once; later calls change nothing. */
  cancel(reason: unknown): void {
    if (this.#isCancelled) return;
    this.#isCancelled = true;
    this.#reason = reason;
    // One that is removed by another is not called.
    for (let next = this.#listeners.shift(); next !== undefined; next = this.#listeners.shift()) next();
  }

  throwIfAborted(): void {
    if (this.#isCancelled) throw this.#reason;
  }

  addEventListener(_type: "abort", listener: () => void): void {
    if (!this.#isCancelled) this.#listeners.push(listener);
  }

  removeEventListener(_type: "abort", listener: () => void): void {
    const at = this.#listeners.indexOf(listener);
    if (at >= 0) this.#listeners.splice(at, 1);
  }
}
