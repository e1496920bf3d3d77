import { invariant } from "#base";
import type { Backend, BackendLimits, Batch, DecodeResult } from "../backend.ts";
import { checkBatch } from "../check-batch.ts";
import { mix32, ToyLanguage } from "./toy-language.ts";
import { ToyVocabulary } from "./toy-vocabulary.ts";

/** One position in the cache, shared by the sequences that forked over it. */
interface Cell {
  readonly token: number;
  /** Hash of this token and all before it. */
  readonly hash: number;
  holders: number;
}

const EMBEDDING_LENGTH = 64;

/**
 * A backend without weights: logits are a pure function of a sequence's tokens (and adapter), cells are counted as a
 * real cache counts them. Fast and deterministic, so that everything above can be tested to the bit.
 */
export class ToyBackend implements Backend {
  readonly vocabulary = new ToyVocabulary();
  readonly limits: BackendLimits;
  readonly embeddingLength = EMBEDDING_LENGTH;
  readonly #language = new ToyLanguage(this.vocabulary);
  readonly #sequences: Cell[][];
  #usedCells = 0;
  #adapterHash = 0;
  /** Where each row that wanted logits stands: the first `length` cells of a sequence. */
  #rows: { readonly cells: readonly Cell[]; readonly length: number }[] = [];

  constructor(limits: Partial<BackendLimits> = {}) {
    this.limits = {
      layout: "shared",
      cells: 16_384,
      sequences: 64,
      batchTokens: 512,
      contextTokens: 4096,
      ...limits,
    };
    this.#sequences = Array.from({ length: this.limits.sequences }, () => []);
  }

  /** Cells in use, for tests that look for leaks. */
  get usedCells(): number {
    return this.#usedCells;
  }

  decode(batch: Batch): DecodeResult {
    const lengths = Int32Array.from(this.#sequences, (cells) => cells.length);
    checkBatch(batch, this.limits, this.vocabulary.size, lengths);
    if (this.#usedCells + batch.length > this.limits.cells) return "cache_full";
    this.#rows = [];
    for (let row = 0; row < batch.length; row++) {
      const cells = this.#sequences[batch.sequences[row]!]!;
      this.#append(cells, batch.tokens[row]!);
      if (batch.wantsLogits[row] !== 0) this.#rows.push({ cells, length: cells.length });
    }
    return "ok";
  }

  logits(row: number): Float32Array {
    const wanted = this.#rows[row];
    invariant(wanted !== undefined, `logits of row ${row} where ${this.#rows.length} wanted them`);
    const cells = wanted.cells.slice(0, wanted.length);
    const logits = new Float32Array(this.vocabulary.size);
    const tokens = cells.map((cell) => cell.token);
    this.#language.predict(tokens, cells.at(-1)!.hash, logits);
    return logits;
  }

  forkSequence(source: number, target: number, length: number): void {
    const cells = this.#sequences[source]!;
    invariant(this.#sequences[target]!.length === 0, `fork into sequence ${target}, which is not empty`);
    invariant(length <= cells.length, `fork of ${length} positions of ${cells.length}`);
    if (this.limits.layout === "shared") {
      for (const cell of cells.slice(0, length)) cell.holders += 1;
      this.#sequences[target] = cells.slice(0, length);
    } else {
      this.#usedCells += length;
      this.#sequences[target] = cells.slice(0, length).map((cell) => ({ ...cell, holders: 1 }));
    }
  }

  trimSequence(sequence: number, from: number): void {
    for (const cell of this.#sequences[sequence]!.splice(from)) {
      cell.holders -= 1;
      if (cell.holders === 0) this.#usedCells -= 1;
    }
  }

  saveSequence(sequence: number): Uint8Array {
    const state = Uint32Array.from(this.#sequences[sequence]!.flatMap((cell) => [cell.token, cell.hash]));
    return new Uint8Array(state.buffer);
  }

  restoreSequence(sequence: number, state: Uint8Array): boolean {
    invariant(this.#sequences[sequence]!.length === 0, `restore into sequence ${sequence}, which is not empty`);
    if (state.byteLength % 8 !== 0) return false;
    const words = new Uint32Array(state.slice().buffer);
    const length = words.length / 2;
    if (this.#usedCells + length > this.limits.cells || length > this.limits.contextTokens) return false;
    this.#usedCells += length;
    this.#sequences[sequence] = Array.from({ length }, (_, index) => ({
      token: words[2 * index]!,
      hash: words[2 * index + 1]!,
      holders: 1,
    }));
    return true;
  }

  useAdapter(name: string | undefined): void {
    this.#adapterHash = new TextEncoder().encode(name ?? "").reduce((hash, byte) => mix32(hash + byte), 0);
  }

  setThreads(): void {}

  /** Bags of hashed tokens: equal texts are equal, similar texts are near. */
  embed(inputs: readonly Int32Array[]): Float32Array[] {
    return inputs.map((tokens) => {
      const vector = new Float32Array(EMBEDDING_LENGTH);
      for (const token of tokens) vector[mix32(token) % EMBEDDING_LENGTH]! += mix32(token + 1) % 2 === 0 ? 1 : -1;
      const norm = Math.hypot(...vector);
      return norm === 0 ? vector.fill(1 / Math.sqrt(EMBEDDING_LENGTH)) : vector.map((value) => value / norm);
    });
  }

  [Symbol.dispose](): void {
    this.#sequences.forEach((_, sequence) => this.trimSequence(sequence, 0));
  }

  #append(cells: Cell[], token: number): void {
    const hash = mix32((cells.at(-1)?.hash ?? 1) * 31 + token + this.#adapterHash);
    cells.push({ token, hash, holders: 1 });
    this.#usedCells += 1;
  }
}
