import type { Clock } from "#base";

/** What the kernel says of this process and its processors; all values only ever grow. */
export interface ThreadSensors {
  /** For each compute thread, milliseconds on a processor and milliseconds ready but waiting for one. */
  delays(): readonly { readonly ranMs: number; readonly waitedMs: number }[];
  /** Milliseconds that the usable processors were idle, summed. */
  idleMs(): number;
}

interface ThreadControllerParts {
  readonly most: number;
  readonly sensors: ThreadSensors;
  readonly clock: Clock;
  readonly apply: (threads: number) => void;
}

interface Sample {
  readonly atMs: number;
  readonly idleMs: number;
  readonly delays: ReturnType<ThreadSensors["delays"]>;
}

/** A thread that waits for this share of the time it wants to run, for two windows, holds all the others up. */
const TOLERATED_WAIT = 0.4;
/** From this share on one thread alone does better, so that one window is enough. */
const UNBEARABLE_WAIT = 0.45;
/** Shorter ones see a burst of requests, which the server reads within some ten milliseconds, as a neighbour. */
const SHORTEST_WINDOW_MS = 90;
/** Idle time is counted in ticks of 10 ms: a verdict on it takes this long. */
const IDLE_WINDOW_MS = 150;
/** Part of a processor that may be missing when one more thread is tried. */
const GENEROSITY = 0.4;
const FIRST_HOLD_MS = 300;
const LONGEST_HOLD_MS = 5_000;
/** More threads that lasted this long were a good idea. */
const SUCCESS_MS = 2_000;

/**
 * How many compute threads to run. The library's threads spin in barriers: when one of them is pre-empted all wait, and
 * on a busy machine two threads are hundreds of times slower than one. So all begin, one is taken away as soon as it has to
 * queue, and threads are added only where processors are idle. Called between passes.
 */
export class ThreadController {
  readonly #parts: ThreadControllerParts;
  #threads: number;
  #last: Sample;
  /** One window before the last, or when the number of threads changed: a burst of requests is over in one window. */
  #earlier: Sample;
  /** What the threads did before the first pass says nothing: they loaded the model, or slept. */
  #hasBegun = false;
  #idleBase: Sample;
  #raisedMs = Number.NEGATIVE_INFINITY;
  #loweredMs = Number.NEGATIVE_INFINITY;
  #holdMs = FIRST_HOLD_MS;

  constructor(parts: ThreadControllerParts) {
    this.#parts = parts;
    this.#threads = parts.most;
    this.#last = this.#sample();
    this.#earlier = this.#last;
    this.#idleBase = this.#last;
    parts.apply(this.#threads);
  }

  get threads(): number {
    return this.#threads;
  }

  /** Looks at what happened since the last look, and acts on it. Cost: a few reads of /proc every 90 ms. */
  adapt(): void {
    const now = this.#parts.clock.monotonicMs();
    if (now - this.#last.atMs < SHORTEST_WINDOW_MS) return;
    const sample = this.#sample();
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      this.#last = sample;
      this.#earlier = sample;
      this.#idleBase = sample;
      return;
    }
    const delayed = Math.max(
      countDelayed(this.#last, sample, { threads: this.#threads, tolerated: UNBEARABLE_WAIT }),
      this.#earlier === this.#last
        ? 0
        : countDelayed(this.#earlier, sample, { threads: this.#threads, tolerated: TOLERATED_WAIT }),
    );
    this.#earlier = this.#last;
    this.#last = sample;
    if (delayed > 0 && this.#threads > 1) {
      this.#lower(Math.max(1, this.#threads - delayed), sample);
    } else if (now - this.#idleBase.atMs >= IDLE_WINDOW_MS) {
      const room = Math.floor(capacity(this.#idleBase, sample) + GENEROSITY);
      this.#idleBase = sample;
      if (room > this.#threads && now - this.#loweredMs >= this.#holdMs) this.#raise(room, now);
    }
  }

  #lower(threads: number, sample: Sample): void {
    const lasted = sample.atMs - this.#raisedMs;
    this.#holdMs = lasted < SUCCESS_MS ? Math.min(this.#holdMs * 2, LONGEST_HOLD_MS) : FIRST_HOLD_MS;
    this.#loweredMs = sample.atMs;
    // What was idle before says nothing about now.
    this.#idleBase = sample;
    this.#set(threads);
  }

  #raise(threads: number, now: number): void {
    this.#raisedMs = now;
    this.#set(Math.min(threads, this.#parts.most));
  }

  #set(threads: number): void {
    if (threads === this.#threads) return;
    this.#threads = threads;
    // Whatever had to queue did so beside another number of threads.
    this.#earlier = this.#last;
    this.#parts.apply(threads);
  }

  #sample(): Sample {
    const { sensors, clock } = this.#parts;
    return { atMs: clock.monotonicMs(), idleMs: sensors.idleMs(), delays: sensors.delays() };
  }
}

/** How many of the first `threads` threads had to wait for a processor longer than is tolerated. */
function countDelayed(before: Sample, after: Sample, limits: { threads: number; tolerated: number }): number {
  const shares = after.delays.slice(0, limits.threads).map((delay, index) => {
    const earlier = before.delays[index] ?? { ranMs: 0, waitedMs: 0 };
    const waited = delay.waitedMs - earlier.waitedMs;
    const wanted = waited + delay.ranMs - earlier.ranMs;
    return wanted === 0 ? 0 : waited / wanted;
  });
  return shares.filter((share) => share > limits.tolerated).length;
}

/** Processors that were idle or ours, on average between two samples. */
function capacity(before: Sample, after: Sample): number {
  const ran = (sample: Sample) => sample.delays.reduce((sum, delay) => sum + delay.ranMs, 0);
  return (after.idleMs - before.idleMs + ran(after) - ran(before)) / (after.atMs - before.atMs);
}
