import type { Clock } from "#base";

/** A clock that moves when told to. */
export class ManualClock implements Clock {
  #ms: number;

  constructor(startMs = Date.UTC(2024, 1, 26)) {
    this.#ms = startMs;
  }

  advance(ms: number): void {
    this.#ms += ms;
  }

  nowMs(): number {
    return this.#ms;
  }

  monotonicMs(): number {
    return this.#ms;
  }
}
