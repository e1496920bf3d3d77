/** Where things lie in the shared memory: the flag where `Libllama.flagReader` reads, the rest clear of it. */
const FLAG_BYTE = 17;
const STARTED_BYTE = 64;
const HEARD_BYTE = 128;
const MEMORY_BYTES = 4096;
const MOST_CREDIT_MS = 10_000;

/** What another thread needs to stop a running pass: memory and the places in it. */
export interface PassWatchLayout {
  readonly memory: SharedArrayBuffer;
  /** A byte: 1 stops the running pass. */
  readonly flagByte: number;
  /** A 64-bit integer: when the running pass began, by `process.hrtime`; 0 when none is running. */
  readonly startedByte: number;
  /** A 32-bit integer: how many reasons to stop a pass the decoding thread knows of already. */
  readonly heardByte: number;
}

/**
 * Lets another thread stop a forward pass that has run for long, by a byte that compute threads read. A stopped pass is
 * lost work: it spends credit that completed passes earn, so that, whatever keeps asking, half the time goes to work
 * that counts.
 */
export class PassWatch {
  readonly layout: PassWatchLayout = {
    memory: new SharedArrayBuffer(MEMORY_BYTES),
    flagByte: FLAG_BYTE,
    startedByte: STARTED_BYTE,
    heardByte: HEARD_BYTE,
  };
  /** The memory from the byte that counts as its start to native code. */
  readonly bytes = new Uint8Array(this.layout.memory);
  readonly #started = new BigInt64Array(this.layout.memory, STARTED_BYTE, 1);
  readonly #heard = new Int32Array(this.layout.memory, HEARD_BYTE, 1);
  readonly #nowNs: () => bigint;
  #creditMs = MOST_CREDIT_MS;
  #startedNs = 0n;

  /** `nowNs` is the clock that the other thread reads too. */
  constructor(nowNs: () => bigint = () => process.hrtime.bigint()) {
    this.#nowNs = nowNs;
  }

  /** Whether the next pass may be stopped. */
  get mayStop(): boolean {
    return this.#creditMs > 0;
  }

  begin(): void {
    Atomics.store(this.bytes, FLAG_BYTE, 0);
    this.#startedNs = this.#nowNs();
    Atomics.store(this.#started, 0, this.#startedNs);
  }

  end(wasStopped: boolean): void {
    Atomics.store(this.#started, 0, 0n);
    const ranMs = Number(this.#nowNs() - this.#startedNs) / 1e6;
    this.#creditMs = Math.min(MOST_CREDIT_MS, this.#creditMs + (wasStopped ? -ranMs : ranMs));
  }

  /** One reason to stop has reached the decoding thread in the ordinary way. */
  hear(): void {
    Atomics.add(this.#heard, 0, 1);
  }
}
