import { TramontaneError } from "#base";

/** The requests being answered, so that stopping can wait for them and then end them. */
export class Activity {
  readonly #controllers = new Set<AbortController>();
  readonly #waiters = new Set<() => void>();

  get size(): number {
    return this.#controllers.size;
  }

  /** A signal for one request; `leave` must follow. */
  enter(): AbortController {
    const controller = new AbortController();
    this.#controllers.add(controller);
    return controller;
  }

  leave(controller: AbortController): void {
    this.#controllers.delete(controller);
    if (this.#controllers.size > 0) return;
    for (const wake of this.#waiters) wake();
    this.#waiters.clear();
  }

  /** Waits until nobody is served, at most `limitMs`; whoever is left is then told that the server stops. */
  async drain(limitMs: number): Promise<void> {
    if (await this.#emptyWithin(limitMs)) return;
    const reason = new TramontaneError("engine_unavailable", "The server is stopping");
    for (const controller of this.#controllers) controller.abort(reason);
    await this.#emptyWithin(1000);
  }

  #emptyWithin(limitMs: number): Promise<boolean> {
    if (this.#controllers.size === 0) return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), limitMs);
      this.#waiters.add(() => {
        clearTimeout(timer);
        resolve(true);
      });
    });
  }
}
