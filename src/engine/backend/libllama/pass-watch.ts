/** Where things lie in the shared memory: the flag where `Libllama.flagReader` reads, the rest clear of it. */
const FLAG_BYTE = 17;
const STARTED_BYTE = 64;
const HEARD_BYTE = 128;
const MEMORY_BYTES = 4096;

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
 * lost work, so the pass after one is not to be stopped: whatever keeps asking, every second pass gets through.
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
  #mayStop = true;

  /** Whether the next pass may be stopped. */
  get mayStop(): boolean {
    return this.#mayStop;
  }

  begin(): void {
    Atomics.store(this.bytes, FLAG_BYTE, 0);
    Atomics.store(this.#started, 0, process.hrtime.bigint());
  }

  end(wasStopped: boolean): void {
    Atomics.store(this.#started, 0, 0n);
    this.#mayStop = !wasStopped;
  }

  /** One reason to stop has reached the decoding thread in the ordinary way. */
  hear(): void {
    Atomics.add(this.#heard, 0, 1);
  }
}
