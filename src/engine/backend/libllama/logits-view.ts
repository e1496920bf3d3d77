import { invariant } from "#base";
import koffi from "koffi";
import type { Pointer } from "./abi.ts";
import type { Libllama } from "./loader.ts";

/** Zero-copy rows of the library's output buffer, which moves whenever a batch wants more rows than any before. */
export class LogitsView {
  readonly #libllama: Libllama;
  readonly #context: Pointer;
  readonly #vocabularySize: number;
  #pointer: Pointer | null = null;
  #rows: Float32Array[] = [];

  constructor(libllama: Libllama, context: Pointer, vocabularySize: number) {
    this.#libllama = libllama;
    this.#context = context;
    this.#vocabularySize = vocabularySize;
  }

  /** To be called after every batch that wanted `count` rows; waits for a device that computes asynchronously. */
  refresh(count: number): void {
    if (count === 0) return;
    const pointer = this.#libllama.functions.llama_get_logits(this.#context);
    invariant(pointer !== null, "a batch that wanted logits has some");
    if (pointer === this.#pointer && count <= this.#rows.length) return;
    this.#pointer = pointer;
    const buffer = koffi.view(pointer, count * this.#vocabularySize * 4);
    this.#rows = Array.from(
      { length: count },
      (_, row) => new Float32Array(buffer, row * this.#vocabularySize * 4, this.#vocabularySize),
    );
  }

  row(index: number): Float32Array {
    const row = this.#rows[index];
    invariant(row !== undefined, `row ${index} wanted logits`);
    return row;
  }
}
