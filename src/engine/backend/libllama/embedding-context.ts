import { invariant, TramontaneError } from "#base";
import koffi from "koffi";
import type { Batch } from "../backend.ts";
import type { Libllama } from "./loader.ts";
import { DECODED, NativeContext } from "./native-context.ts";
import type { NativeModel } from "./native-model.ts";

interface EmbeddingContextParts {
  readonly libllama: Libllama;
  readonly model: NativeModel;
  readonly contextTokens: number;
  readonly usesGpu: boolean;
  /** Gives a new context its compute threads. */
  readonly attach: (context: NativeContext) => void;
}

/** Rows of one pass: the output buffer holds a vocabulary's logits for each of them. */
const CHUNK_TOKENS = 256;
const SMALLEST_CELLS = 2048;

/**
 * Vectors of texts, from a second context on the same weights, made at the first use and again when an input needs more
 * room. Every row's last hidden state comes out; the mean over a text is taken here, so that a text may be longer than
 * one pass.
 */
export class EmbeddingContext implements Disposable {
  readonly #parts: EmbeddingContextParts;
  readonly #length: number;
  readonly #batch: Batch;
  #context: NativeContext | undefined;
  #threads = 1;

  constructor(parts: EmbeddingContextParts) {
    this.#parts = parts;
    this.#length = parts.libllama.functions.llama_model_n_embd(parts.model.pointer);
    this.#batch = {
      length: 0,
      tokens: new Int32Array(CHUNK_TOKENS),
      positions: new Int32Array(CHUNK_TOKENS),
      sequences: new Int32Array(CHUNK_TOKENS),
      wantsLogits: new Uint8Array(CHUNK_TOKENS).fill(1),
    };
  }

  /** A unit-norm vector; all zeros for an empty input. */
  embed(input: Int32Array): Float32Array {
    invariant(input.length <= this.#parts.contextTokens, "an input fits the context");
    const sum = new Float64Array(this.#length);
    const context = this.#contextFor(input.length);
    const { functions } = this.#parts.libllama;
    for (let start = 0; start < input.length; start += CHUNK_TOKENS) {
      this.#run(context, input, start);
      const pointer = functions.llama_get_embeddings(context.pointer);
      invariant(pointer !== null, "an embedding pass has vectors");
      const rows = new Float32Array(koffi.view(pointer, this.#batch.length * this.#length * 4));
      for (let index = 0; index < rows.length; index++) sum[index % this.#length]! += rows[index]!;
    }
    functions.llama_memory_clear(context.memory, false);
    return unitNorm(sum);
  }

  setThreads(threads: number): void {
    this.#threads = threads;
    if (this.#context) {
      this.#parts.libllama.functions.llama_set_n_threads(this.#context.pointer, threads, threads);
    }
  }

  [Symbol.dispose](): void {
    this.#context?.[Symbol.dispose]();
    this.#context = undefined;
  }

  #run(context: NativeContext, input: Int32Array, start: number): void {
    const length = Math.min(CHUNK_TOKENS, input.length - start);
    this.#batch.length = length;
    for (let row = 0; row < length; row++) {
      this.#batch.tokens[row] = input[start + row]!;
      this.#batch.positions[row] = start + row;
    }
    const code = context.decode(this.#batch);
    if (code === DECODED) return;
    this.#parts.libllama.functions.llama_memory_clear(context.memory, false);
    throw new TramontaneError("internal", `An embedding pass failed with code ${code}.`);
  }

  #contextFor(tokens: number): NativeContext {
    if (this.#context !== undefined && this.#context.cells >= tokens) return this.#context;
    this[Symbol.dispose]();
    const { libllama, model, contextTokens, usesGpu, attach } = this.#parts;
    let cells = Math.min(SMALLEST_CELLS, contextTokens);
    while (cells < tokens) cells = Math.min(cells * 2, contextTokens);
    const options = { cells, batchTokens: CHUNK_TOKENS, threads: this.#threads, embeddings: true, usesGpu };
    this.#context = new NativeContext(libllama, model, options);
    attach(this.#context);
    return this.#context;
  }
}

function unitNorm(sum: Float64Array): Float32Array {
  const norm = Math.sqrt(sum.reduce((total, value) => total + value * value, 0));
  return Float32Array.from(sum, (value) => (norm === 0 ? 0 : value / norm));
}
