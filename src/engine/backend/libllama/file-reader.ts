import { TramontaneError } from "#base";
import { readSync } from "node:fs";

const CHUNK_BYTES = 1 << 20;

/** Reads little-endian values from the front of a file, a chunk at a time; never past its end. */
export class FileReader {
  readonly size: number;
  readonly #descriptor: number;
  readonly #path: string;
  #chunk: Buffer = Buffer.alloc(0);
  #chunkStart = 0;
  #position = 0;

  constructor(descriptor: number, size: number, path: string) {
    this.#descriptor = descriptor;
    this.size = size;
    this.#path = path;
  }

  /** Bytes read so far. */
  get position(): number {
    return this.#position;
  }

  take(bytes: number): Buffer {
    const taken = this.peek(bytes);
    if (taken.length < bytes) throw this.broken("the file ends in the middle of its header");
    this.#position += bytes;
    return taken;
  }

  /** Up to `bytes` bytes, without moving. */
  peek(bytes: number): Buffer {
    const wanted = Math.min(bytes, this.size - this.#position);
    const start = this.#position - this.#chunkStart;
    if (start + wanted > this.#chunk.length) this.#fill(wanted);
    const from = this.#position - this.#chunkStart;
    return this.#chunk.subarray(from, from + wanted);
  }

  skip(bytes: number): void {
    if (bytes > this.size - this.#position) throw this.broken("the file ends in the middle of its header");
    this.#position += bytes;
    // Past the chunk, the next peek reads afresh from here.
    if (this.#position > this.#chunkStart + this.#chunk.length) this.#drop();
  }

  u32(): number {
    return this.take(4).readUInt32LE();
  }

  u64(): number {
    const value = this.take(8).readBigUInt64LE();
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw this.broken(`a length of ${value} is impossible`);
    return Number(value);
  }

  /** A number of things that each take at least one byte of the rest of the file. */
  count(what: string): number {
    const count = this.u64();
    if (count > this.size - this.#position) throw this.broken(`${what} count ${count} exceeds the file`);
    return count;
  }

  text(): string {
    return this.take(this.count("text byte")).toString("utf8");
  }

  broken(problem: string): TramontaneError {
    return new TramontaneError(
      "model_file_invalid",
      `The model file ${this.#path} is damaged at byte ${this.#position}: ${problem}.`,
      { hint: "Download it again." },
    );
  }

  #fill(bytes: number): void {
    const length = Math.min(Math.max(bytes, CHUNK_BYTES), this.size - this.#position);
    const chunk = Buffer.alloc(length);
    const read = readSync(this.#descriptor, chunk, 0, length, this.#position);
    this.#chunk = chunk.subarray(0, read);
    this.#chunkStart = this.#position;
  }

  #drop(): void {
    this.#chunk = Buffer.alloc(0);
    this.#chunkStart = this.#position;
  }
}
