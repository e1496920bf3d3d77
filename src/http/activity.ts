import { Canceller, TramontaneError } from "#base";

/** The requests being answered, so that stopping can wait for them and then end them. */
export class Activity {
  readonly #requests = new Set<Canceller>();
  readonly #waiters = new Set<() => void>();

  get size(): number {
    return this.#requests.size;
  }

  /** A signal for one request; `leave` must follow. */
  enter(): Canceller {
    const request = new Canceller();
    this.#requests.add(request);
    return request;
  }

  leave(request: Canceller): void {
    this.#requests.delete(request);
    if (this.#requests.size > 0) return;
    for (const wake of this.#waiters) wake();
    this.#waiters.clear();
  }

  /** Waits until nobody is served, at most `limitMs`; whoever is left is then told that the server stops. */
  async drain(limitMs: number): Promise<void> {
    if (await this.#emptyWithin(limitMs)) return;
    const reason = new TramontaneError("engine_unavailable", "The server is stopping");
    for (const request of this.#requests) request.cancel(reason);
    await this.#emptyWithin(1000);
  }

  #emptyWithin(limitMs: number): Promise<boolean> {
    if (this.#requests.size === 0) return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), limitMs);
      this.#waiters.add(() => {
        clearTimeout(timer);
        resolve(true);
      });
    });
  }
}
