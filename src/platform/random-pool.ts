import { randomFillSync } from "node:crypto";

const POOL_BYTES = 4096;

/** Random bytes, drawn from the operating system many at a time: a call for every ten bytes costs more than the rest of an id. */
export class RandomPool {
  readonly #pool = Buffer.allocUnsafe(POOL_BYTES);
  #used = POOL_BYTES;

  /** Valid until the next call; each byte is given out once. */
  take(length: number): Buffer {
    if (this.#used + length > POOL_BYTES) {
      randomFillSync(this.#pool);
      this.#used = 0;
    }
    this.#used += length;
    return this.#pool.subarray(this.#used - length, this.#used);
  }
}
