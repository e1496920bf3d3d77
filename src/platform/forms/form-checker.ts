import { FormDesk } from "./form-desk.ts";
import type { FormDeskLimits } from "./form-desk.ts";
import type { FormSource, FormVerdict } from "./form-source.ts";

interface FormCheckerOptions extends FormDeskLimits {
  readonly threads: number;
}

const DEFAULTS: FormCheckerOptions = { timeLimitMs: 5000, memoryMib: 512, threads: 2 };
/** Verdicts remembered; agents send the same tools with every request. */
const REMEMBERED = 512;

interface Job {
  readonly source: FormSource;
  readonly caller: string;
  readonly settle: (verdict: FormVerdict) => void;
}

/**
 * Says whether forms can be enforced, by compiling them in threads beside the server's. A caller has one thread at a
 * time, so that whoever sends dear forms waits for them alone; what takes too long or too much memory is refused, and
 * its thread ended. Verdicts are remembered.
 */
export class FormChecker {
  readonly #options: FormCheckerOptions;
  /** Least recently used first. */
  readonly #verdicts = new Map<string, Promise<FormVerdict>>();
  readonly #queue: Job[] = [];
  readonly #desks: FormDesk[] = [];
  #isClosed = false;

  constructor(options: Partial<FormCheckerOptions> = {}) {
    this.#options = { ...DEFAULTS, ...options };
  }

  /** Starts a thread before anybody waits for it; it takes half a second. */
  warmUp(): void {
    if (this.#desks.length === 0) this.#desks.push(new FormDesk(this.#options));
  }

  /** `caller`: whose other forms this one may have to wait for. */
  check(source: FormSource, caller: string): Promise<FormVerdict> {
    const key = JSON.stringify(source);
    const verdict = this.#verdicts.get(key) ?? this.#ask(source, caller);
    this.#verdicts.delete(key);
    this.#verdicts.set(key, verdict);
    for (const oldest of this.#verdicts.keys()) {
      if (this.#verdicts.size <= REMEMBERED) break;
      this.#verdicts.delete(oldest);
    }
    return verdict;
  }

  /** Ends the threads; what is being checked is refused. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#desks.map((desk) => desk.close()));
  }

  #ask(source: FormSource, caller: string): Promise<FormVerdict> {
    return new Promise((settle) => {
      this.#queue.push({ source, caller, settle });
      this.#dispatch();
    });
  }

  #dispatch(): void {
    if (this.#isClosed) return;
    for (;;) {
      const busy = new Set(this.#desks.map((desk) => desk.caller));
      const next = this.#queue.findIndex(({ caller }) => !busy.has(caller));
      const desk = next < 0 ? undefined : this.#freeDesk();
      if (desk === undefined) return;
      const [job] = this.#queue.splice(next, 1);
      void desk.judge(job!.source, job!.caller).then((verdict) => {
        job!.settle(verdict);
        this.#dispatch();
      });
    }
  }

  #freeDesk(): FormDesk | undefined {
    const free = this.#desks.find((desk) => desk.caller === undefined);
    if (free !== undefined || this.#desks.length >= this.#options.threads) return free;
    const desk = new FormDesk(this.#options);
    this.#desks.push(desk);
    return desk;
  }
}
