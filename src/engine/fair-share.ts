/**
 * How many tokens each caller was served, so that whoever got least goes first: the virtual token counter of Sheng et
 * al., "Fairness in Serving Large Language Models" (2023). A caller that comes back does not bring credit from the time
 * it asked for nothing: its counter is lifted to the lowest of those that are active.
 */
export class FairShare {
  readonly #served = new Map<string, number>();
  /** Requests in the core, by caller. */
  readonly #active = new Map<string, number>();

  enter(caller: string): void {
    const requests = this.#active.get(caller) ?? 0;
    if (requests === 0) {
      const others = [...this.#active.keys()].map((active) => this.served(active));
      const lowest = others.length === 0 ? 0 : Math.min(...others);
      this.#served.set(caller, Math.max(this.served(caller), lowest));
    }
    this.#active.set(caller, requests + 1);
  }

  leave(caller: string): void {
    const requests = (this.#active.get(caller) ?? 0) - 1;
    if (requests > 0) {
      this.#active.set(caller, requests);
      return;
    }
    this.#active.delete(caller);
    // Nobody is owed anything when nobody waits; this also keeps the map from growing with every caller ever seen.
    if (this.#active.size === 0) this.#served.clear();
  }

  /** Counts tokens computed or generated for a caller. */
  charge(caller: string, tokens: number): void {
    this.#served.set(caller, this.served(caller) + tokens);
  }

  served(caller: string): number {
    return this.#served.get(caller) ?? 0;
  }
}
