/** One waiting operation. */
interface Waiting<Operation, Result> {
  readonly operation: Operation;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

const MAX_BATCH = 500;

/** What may wait for company. */
export interface Lag {
  /** How long the first of a batch waits. */
  readonly ms: number;
  /** Operations that are company enough. */
  readonly enough: number;
}

/**
 * Many operations, few commits. Without a lag there is no timer: whenever the last batch is written, everything that waited
 * meanwhile is the next one, so batches grow with the store's latency and a lone operation waits for nothing.
 */
export class GroupCommit<Operation, Result> {
  readonly #write: (batch: readonly Operation[]) => Promise<readonly Result[]>;
  #waiting: Waiting<Operation, Result>[] = [];
  #running: Promise<void> | undefined;
  #batches = 0;
  readonly #lag: Lag | undefined;
  /** Ends the wait for company. */
  #hurry: (() => void) | undefined;
  #draining = 0;

  /** `write` commits a batch and returns one result per operation, in order. */
  constructor(write: (batch: readonly Operation[]) => Promise<readonly Result[]>, lag?: Lag) {
    this.#write = write;
    this.#lag = lag;
  }

  get batches(): number {
    return this.#batches;
  }

  /** Resolves when the operation is committed. Operations of one batch are applied in the order they came. */
  submit(operation: Operation): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ operation, resolve, reject });
      this.#running ??= this.#run();
      if (this.#mayGo()) this.#hurry?.();
    });
  }

  /** Resolves when nothing waits any more. */
  async drain(): Promise<void> {
    this.#draining += 1;
    this.#hurry?.();
    while (this.#running !== undefined) await this.#running;
    this.#draining -= 1;
  }

  async #run(): Promise<void> {
    // Let everything that arrives in this turn of the event loop join the first batch.
    await new Promise(setImmediate);
    while (this.#waiting.length > 0) {
      if (!this.#mayGo()) await this.#company(this.#lag!.ms);
      const batch = this.#waiting.splice(0, MAX_BATCH);
      await this.#commit(batch);
    }
    this.#running = undefined;
  }

  #mayGo(): boolean {
    return this.#lag === undefined || this.#draining > 0 || this.#waiting.length >= this.#lag.enough;
  }

  async #company(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#hurry = undefined;
  }

  async #commit(batch: readonly Waiting<Operation, Result>[]): Promise<void> {
    this.#batches += 1;
    try {
      const results = await this.#write(batch.map(({ operation }) => operation));
      for (const [i, { resolve }] of batch.entries()) resolve(results[i]!);
    } catch (error) {
      // One bad operation must not take its neighbours along; when the store is away, all of them hear it at once.
      if (batch.length > 1 && isAboutOne(error)) for (const one of batch) await this.#commit([one]);
      else for (const { reject } of batch) reject(error);
    }
  }
}

/** Whether an operation's own content may be the reason: bad data, a violated rule, a deadlock, or a fault of ours. */
function isAboutOne(error: unknown): boolean {
  if (!(error instanceof Error)) return true;
  const { code } = error as Error & { code?: unknown };
  if (typeof code === "string") return /^(22|23|40)\w{3}$/.test(code);
  return error.message.startsWith("Invariant");
}
