/** Where time comes from. Passed in, so that tests own it. */
export interface Clock {
  /** Wall clock, milliseconds since the epoch. */
  nowMs(): number;
  /** Monotonic, milliseconds since an arbitrary origin; for durations. */
  monotonicMs(): number;
}
