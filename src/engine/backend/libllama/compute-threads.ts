import type { Clock } from "#base";
import { openAffinity } from "./affinity.ts";
import { listThreads, openSensors } from "./linux-sensors.ts";
import type { Libllama } from "./loader.ts";
import type { NativeContext } from "./native-context.ts";
import { ThreadController } from "./thread-controller.ts";
import { ThreadPool } from "./thread-pool.ts";

interface ComputeThreadsParts {
  readonly libllama: Libllama;
  /** Processors to compute on, one thread each. */
  readonly cpus: readonly number[];
  readonly clock: Clock;
  /** False: all of them always compute. */
  readonly followsContention: boolean;
  /** Makes the following passes use this many threads. */
  readonly apply: (threads: number) => void;
}

/**
 * The compute threads of one model: a pinned pool, of which as many work as the machine has room for. One thread has a
 * pool of its own: in the large one the others would spin beside it, for work that never comes.
 */
export class ComputeThreads implements Disposable {
  readonly #cpus: readonly number[];
  readonly #pool: ThreadPool | undefined;
  readonly #lone: ThreadPool | undefined;
  #contexts: NativeContext[] = [];
  readonly #pin: ((cpus: readonly number[]) => void) | undefined;
  readonly #controller: ThreadController | undefined;
  readonly #apply: (threads: number) => void;

  constructor({ libllama, cpus, followsContention, clock, apply }: ComputeThreadsParts) {
    this.#cpus = cpus;
    this.#apply = apply;
    const before = new Set(listThreads());
    this.#pool = ThreadPool.create(libllama, cpus);
    this.#lone = cpus.length > 1 ? ThreadPool.create(libllama, cpus, 1) : undefined;
    this.#pin = openAffinity();
    // The calling thread computes too: it is the pool's first.
    const threads = [process.pid, ...listThreads().filter((thread) => !before.has(thread))];
    const sensors = followsContention ? openSensors(threads, cpus) : undefined;
    if (sensors === undefined || cpus.length === 1) {
      this.#use(cpus.length);
    } else {
      const use = (count: number) => this.#use(count);
      this.#controller = new ThreadController({ most: cpus.length, sensors, clock, apply: use });
    }
  }

  /** Threads of the next pass. */
  get count(): number {
    return this.#controller?.threads ?? this.#cpus.length;
  }

  attachTo(context: NativeContext): void {
    this.#contexts.push(context);
    this.#attach(context, this.count);
  }

  /** Follows what the rest of the machine does; to be called between passes. */
  adapt(): void {
    this.#controller?.adapt();
  }

  [Symbol.dispose](): void {
    this.#pool?.[Symbol.dispose]();
    this.#lone?.[Symbol.dispose]();
    this.#pin?.(this.#cpus);
  }

  #use(threads: number): void {
    // A thread that works alone goes wherever there is room. With others, the caller takes the last processor: the pool
    // gives the first ones to its own threads, and two that spin for each other on one processor never get on.
    this.#pin?.(threads === 1 ? this.#cpus : this.#cpus.slice(-1));
    this.#contexts = this.#contexts.filter((context) => context.isOpen);
    for (const context of this.#contexts) this.#attach(context, threads);
    this.#apply(threads);
  }

  /** The library pauses the pool that a context leaves. */
  #attach(context: NativeContext, threads: number): void {
    const pool = threads === 1 ? (this.#lone ?? this.#pool) : this.#pool;
    if (pool) context.attach(pool);
  }
}
