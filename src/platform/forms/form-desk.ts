import { Worker } from "node:worker_threads";
import type { FormSource, FormVerdict } from "./form-source.ts";
import type { FormAnswer, FormQuestion } from "./form-thread.ts";

export interface FormDeskLimits {
  /** A form that takes longer to compile is refused. */
  readonly timeLimitMs: number;
  /** A form that takes more memory to compile is refused, MiB. */
  readonly memoryMib: number;
}

interface Pending {
  readonly id: number;
  readonly resolve: (verdict: FormVerdict) => void;
}

/** A thread that judges one form at a time; ended when one goes too far, and started again for the next. */
export class FormDesk {
  readonly #limits: FormDeskLimits;
  #thread: Worker | undefined;
  #ready: Promise<void> = Promise.resolve();
  #pending: Pending | undefined;
  #questions = 0;
  /** Whose form lies here; undefined: none. */
  caller: string | undefined;

  constructor(limits: FormDeskLimits) {
    this.#limits = limits;
    this.#start();
  }

  /** Never rejects. */
  async judge(source: FormSource, caller: string): Promise<FormVerdict> {
    this.caller = caller;
    if (this.#thread === undefined) this.#start();
    // Starting is not the form's fault.
    await this.#ready;
    const verdict = await this.#ask(source);
    this.caller = undefined;
    return verdict;
  }

  async close(): Promise<void> {
    await this.#thread?.terminate();
  }

  async #ask(source: FormSource): Promise<FormVerdict> {
    const { timeLimitMs } = this.#limits;
    const id = ++this.#questions;
    const answer = new Promise<FormVerdict>((resolve) => (this.#pending = { id, resolve }));
    const timer = setTimeout(() => {
      this.#settle(tooLarge(`takes more than ${timeLimitMs / 1000} s to compile`, timeLimitMs));
      this.#drop();
    }, timeLimitMs);
    if (this.#thread === undefined) this.#settle(tooLarge("could not be compiled", 0));
    this.#thread?.postMessage({ id, source } satisfies FormQuestion);
    const verdict = await answer;
    clearTimeout(timer);
    return verdict;
  }

  #start(): void {
    const { memoryMib } = this.#limits;
    const thread = new Worker(new URL("./start-form-thread.mjs", import.meta.url), {
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: memoryMib },
    });
    thread.unref();
    this.#thread = thread;
    this.#ready = new Promise((resolve) => {
      thread.on("message", ({ id, verdict }: FormAnswer) => {
        resolve();
        if (id === this.#pending?.id) this.#settle(verdict);
      });
      // Only a lack of memory ends the thread by itself.
      thread.on("error", () => {});
      thread.on("exit", () => {
        resolve();
        if (this.#thread !== thread) return;
        this.#thread = undefined;
        this.#settle(tooLarge(`takes more than ${memoryMib} MiB of memory to compile`, 0));
      });
    });
  }

  #settle(verdict: FormVerdict): void {
    this.#pending?.resolve(verdict);
    this.#pending = undefined;
  }

  #drop(): void {
    void this.#thread?.terminate();
    this.#thread = undefined;
  }
}

function tooLarge(reason: string, compileMs: number): FormVerdict {
  return { problem: { code: "too_large", message: reason }, compileMs };
}
