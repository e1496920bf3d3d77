/** One waiting operation. */
interface Waiting<Operation, Result> {
  readonly operation: Operation;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

const MAX_BATCH = 500;

/**
 * Many operations, few commits. There is no timer: whenever the last batch is written, everything that waited meanwhile is
 * the next one, so batches grow with the store's latency and a lone operation waits for nothing.
 */
export class GroupCommit<Operation, Result> {
  readonly #write: (batch: readonly Operation[]) => Promise<readonly Result[]>;
  #waiting: Waiting<Operation, Result>[] = [];
  #running: Promise<void> | undefined;
  #batches = 0;

  /** `write` commits a batch and returns one result per operation, in order. */
  constructor(write: (batch: readonly Operation[]) => Promise<readonly Result[]>) {
    this.#write = write;
  }

  get batches(): number {
    return this.#batches;
  }

  /** Resolves when the operation is committed. Operations of one batch are applied in the order they came. */
  submit(operation: Operation): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ operation, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when nothing waits any more. */
  async drain(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    // Let everything that arrives in this turn of the event loop join the first batch.
    await new Promise(setImmediate);
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MAX_BATCH);
      await this.#commit(batch);
    }
    this.#running = undefined;
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
