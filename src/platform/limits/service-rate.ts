/** Of what was seen before, this much counts after as long again. */
const MEMORY_MS = 10_000;

/** How many tokens a millisecond a model serves while it has as much to do as it may; recent times count more. */
export class ServiceRate {
  #tokens = 0;
  #busyMs = 0;
  #busySinceMs: number | undefined;

  /** Undefined until it has been busy long enough to tell. */
  get tokensPerMs(): number | undefined {
    return this.#busyMs < 100 || this.#tokens === 0 ? undefined : this.#tokens / this.#busyMs;
  }

  /** Times are monotonic milliseconds. */
  setBusy(isBusy: boolean, nowMs: number): void {
    this.#pass(nowMs);
    this.#busySinceMs = isBusy ? nowMs : undefined;
  }

  /** What is served while there is room tells nothing of the limit. */
  served(tokens: number, nowMs: number): void {
    if (this.#busySinceMs === undefined) return;
    this.#pass(nowMs);
    this.#tokens += tokens;
  }

  #pass(nowMs: number): void {
    if (this.#busySinceMs === undefined) return;
    const ms = nowMs - this.#busySinceMs;
    const kept = 0.5 ** (ms / MEMORY_MS);
    this.#tokens *= kept;
    this.#busyMs = this.#busyMs * kept + ms;
    this.#busySinceMs = nowMs;
  }
}
