const FAILURES = 5;
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * Keeps requests from an endpoint that fails: after five failures in a row it is left alone for 5 s, then one request may try;
 * each failed try doubles the pause, up to a minute. Times are monotonic milliseconds.
 */
export class CircuitBreaker {
  #failures = 0;
  #pauseMs = FIRST_PAUSE_MS;
  #openUntilMs = Number.NEGATIVE_INFINITY;
  #isProbing = false;

  get isClosed(): boolean {
    return this.#failures < FAILURES;
  }

  /** Whether a request may go there now. Who gets a yes must report how it went. */
  mayTry(nowMs: number): boolean {
    if (this.isClosed) return true;
    return !this.#isProbing && nowMs >= this.#openUntilMs;
  }

  /** A request is on its way. */
  begin(): void {
    if (!this.isClosed) this.#isProbing = true;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#isProbing = false;
  }

  failed(nowMs: number): void {
    const wasClosed = this.isClosed;
    this.#failures += 1;
    if (this.isClosed) return;
    if (!wasClosed && this.#isProbing) this.#pauseMs = Math.min(LONGEST_PAUSE_MS, this.#pauseMs * 2);
    this.#isProbing = false;
    this.#openUntilMs = nowMs + this.#pauseMs;
  }

  /** It cannot be used as it is: it is left alone at once, like one that has failed often enough. */
  tripped(nowMs: number): void {
    this.#failures = Math.max(this.#failures, FAILURES - 1);
    this.failed(nowMs);
  }

  /** The request ended without telling anything about the endpoint: the client left, or asked for nonsense. */
  abandoned(): void {
    this.#isProbing = false;
  }
}
