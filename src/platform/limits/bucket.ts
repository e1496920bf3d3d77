/**
 * An allowance that refills steadily: at most `capacity` at once, `perMs` of it back every millisecond. It may go into debt,
 * when something turned out to cost more than was thought; then it must first be paid off.
 */
export class Bucket {
  readonly capacity: number;
  readonly perMs: number;
  #level: number;
  #atMs: number;

  /** Starts full. Times are monotonic milliseconds. */
  constructor(rate: { readonly capacity: number; readonly perMs: number }, nowMs: number) {
    this.capacity = rate.capacity;
    this.perMs = rate.perMs;
    this.#level = rate.capacity;
    this.#atMs = nowMs;
  }

  /** What a minute brings back, whole. */
  get perMinute(): number {
    return Math.round(this.perMs * 60_000);
  }

  /** How much is there now; negative in debt. */
  level(nowMs: number): number {
    const elapsed = Math.max(0, nowMs - this.#atMs);
    this.#level = Math.min(this.capacity, this.#level + elapsed * this.perMs);
    this.#atMs = Math.max(this.#atMs, nowMs);
    return this.#level;
  }

  /** Milliseconds until `amount` can be taken; 0: now. More than the capacity is allowed when the bucket is full. */
  waitMs(amount: number, nowMs: number): number {
    const missing = Math.min(amount, this.capacity) - this.level(nowMs);
    // Sums of fractions: a missing billionth is none.
    return missing <= 1e-9 ? 0 : missing / this.perMs;
  }

  /** Takes without asking; a negative amount gives back. */
  take(amount: number, nowMs: number): void {
    this.#level = Math.min(this.capacity, this.level(nowMs) - amount);
  }

  /** Milliseconds until it is full again. */
  fullInMs(nowMs: number): number {
    return (this.capacity - this.level(nowMs)) / this.perMs;
  }
}
