import { TramontaneError } from "#base";
import type { Clock } from "#base";

interface DearFormsParts {
  readonly clock: Clock;
  /** Runs something after some milliseconds. */
  readonly later: (run: () => void, ms: number) => void;
}

interface Waiting {
  readonly id: number;
  readonly key: string;
  readonly start: () => void;
}

/** Compiling that long may happen at any time, milliseconds: a tile of a prompt takes no less. */
const CHEAP_MS = 30;
/** How many times longer than it took nothing dear is compiled: the loop spends a fiftieth of its time so at most. */
const PAUSE_PER_MS = 49;
/** As many as the model keeps compiled. */
const KEPT = 32;
const WAITING = 64;

/**
 * Lets requests whose form is dear to compile in one at a time, with pauses, since the loop that writes everybody's
 * streams compiles it. Forms that were compiled lately, and cheap ones, never wait.
 */
export class DearForms {
  readonly #parts: DearFormsParts;
  readonly #queue: Waiting[] = [];
  /** Keys of what is compiled already, least recently used first. */
  readonly #known = new Set<string>();
  #freeAtMs = Number.NEGATIVE_INFINITY;

  constructor(parts: DearFormsParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#queue.length;
  }

  /** Starts the request now or later. `start` compiles the form. Throws `overloaded` when too many wait. */
  admit({ id, form, compileMs, start }: { id: number; form: unknown; compileMs: number; start: () => void }): void {
    if (compileMs <= CHEAP_MS) {
      start();
      return;
    }
    const key = JSON.stringify(form);
    if (this.#known.has(key)) {
      this.#remember(key);
      start();
      return;
    }
    if (this.#queue.length >= WAITING) {
      throw new TramontaneError("overloaded", "As many forms wait to be compiled as may; this one was not queued.");
    }
    this.#queue.push({ id, key, start });
    if (this.#queue.length === 1) this.#next();
  }

  /** Forgets a request that waits. */
  cancel(id: number): void {
    const at = this.#queue.findIndex((waiting) => waiting.id === id);
    if (at >= 0) this.#queue.splice(at, 1);
  }

  #next(): void {
    const { clock, later } = this.#parts;
    const began = clock.monotonicMs();
    if (began < this.#freeAtMs) {
      later(() => this.#next(), this.#freeAtMs - began);
      return;
    }
    const waiting = this.#queue.shift();
    if (waiting === undefined) return;
    waiting.start();
    this.#remember(waiting.key);
    const now = clock.monotonicMs();
    this.#freeAtMs = now + PAUSE_PER_MS * (now - began);
    if (this.#queue.length > 0) later(() => this.#next(), this.#freeAtMs - now);
  }

  #remember(key: string): void {
    this.#known.delete(key);
    this.#known.add(key);
    for (const oldest of this.#known) {
      if (this.#known.size <= KEPT) break;
      this.#known.delete(oldest);
    }
  }
}
