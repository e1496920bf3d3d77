import { invariant, TramontaneError } from "#base";
import koffi from "koffi";
import type { Batch } from "../backend.ts";
import type { ContextParams, NativeBatch, Pointer } from "./abi.ts";
import type { Libllama } from "./loader.ts";
import type { NativeModel } from "./native-model.ts";
import type { PassWatch } from "./pass-watch.ts";
import type { ThreadPool } from "./thread-pool.ts";

export interface ContextOptions {
  readonly cells: number;
  /** Sequences that each own an equal part of the cells; undefined: all sequences share all cells. */
  readonly separateSequences?: number | undefined;
  /** Rows of one batch at most; one batch is always one native micro-batch. */
  readonly batchTokens: number;
  readonly threads: number;
  readonly embeddings: boolean;
  readonly usesGpu: boolean;
  /** What may stop a running batch; undefined: nothing. */
  readonly watch?: PassWatch | undefined;
}

/** Return codes of `llama_decode`. */
export const DECODED = 0;
export const CACHE_FULL = 1;
export const ABORTED = 2;

/** `LLAMA_FLASH_ATTN_TYPE_ENABLED`: without it a unified cache is three times slower. */
const FLASH_ATTENTION_ON = 1;
/** `LLAMA_POOLING_TYPE_NONE`: one vector per row, whatever the model file says. */
const NO_POOLING = 0;
/** Sequences over shared cells: those that run and some that lie idle. Each takes a row of logits in the output buffer. */
export const SHARED_SEQUENCES = 32;

/** A native context: a KV cache and the buffers of one batch. Disposed before its model. */
export class NativeContext implements Disposable {
  readonly pointer: Pointer;
  readonly memory: Pointer;
  /** Cells the library really made: asked for, rounded up. */
  readonly cells: number;
  readonly #libllama: Libllama;
  readonly #arrays: BatchArrays;
  readonly #batchTokens: number;
  readonly #watch: PassWatch | undefined;
  /** Whether native code reads the flag. */
  #mayStop = false;
  #open = true;

  constructor(libllama: Libllama, model: NativeModel, options: ContextOptions) {
    const { functions, handles } = libllama;
    const params = { ...functions.llama_context_default_params(), ...contextParams(options) };
    const pointer = functions.llama_init_from_model(model.pointer, params);
    if (pointer === null) {
      throw new TramontaneError("model_load_failed", `No memory for a context of ${options.cells} tokens.`, {
        hint: "Configure a smaller context.",
        details: { cells: options.cells },
      });
    }
    handles.opened("context");
    this.#libllama = libllama;
    this.pointer = pointer;
    this.memory = functions.llama_get_memory(pointer);
    this.cells = functions.llama_n_ctx(pointer);
    this.#batchTokens = options.batchTokens;
    this.#arrays = allocateArrays(options.batchTokens);
    this.#watch = options.watch;
  }

  /** Runs the first `length` rows; the native return code. The caller has validated them: bad ones end the process. */
  decode({ length, tokens, positions, sequences, wantsLogits }: Batch): number {
    const { arrays, native } = this.#arrays;
    invariant(length > 0 && length <= this.#batchTokens, "a batch has at least one row and at most batchTokens");
    for (let row = 0; row < length; row++) {
      arrays.tokens[row] = tokens[row]!;
      arrays.positions[row] = positions[row]!;
      arrays.sequences[row] = sequences[row]!;
      arrays.outputs[row] = wantsLogits[row]!;
    }
    native.n_tokens = length;
    this.#beginWatch();
    const code = this.#libllama.functions.llama_decode(this.pointer, native);
    this.#watch?.end(code === ABORTED);
    return code;
  }

  /** A flag raised late for the pass before must not reach one that is not to be stopped. */
  #beginWatch(): void {
    if (this.#watch === undefined) return;
    const { functions, flagReader } = this.#libllama;
    const { mayStop, bytes } = this.#watch;
    if (mayStop !== this.#mayStop) {
      functions.llama_set_abort_callback(this.pointer, mayStop ? flagReader : null, koffi.address(bytes));
      this.#mayStop = mayStop;
    }
    this.#watch.begin();
  }

  /** Until it is disposed. */
  get isOpen(): boolean {
    return this.#open;
  }

  attach(pool: ThreadPool): void {
    this.#libllama.functions.llama_attach_threadpool(this.pointer, pool.pointer, pool.pointer);
  }

  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    this.#libllama.functions.llama_free(this.pointer);
    this.#libllama.handles.closed("context");
  }
}

function contextParams({
  cells,
  separateSequences,
  batchTokens,
  threads,
  embeddings,
  usesGpu,
}: ContextOptions): Partial<ContextParams> {
  return {
    n_ctx: cells,
    n_batch: batchTokens,
    n_ubatch: batchTokens,
    n_seq_max: separateSequences ?? SHARED_SEQUENCES,
    n_threads: threads,
    n_threads_batch: threads,
    flash_attn_type: FLASH_ATTENTION_ON,
    kv_unified: separateSequences === undefined,
    no_perf: true,
    offload_kqv: usesGpu,
    op_offload: usesGpu,
    embeddings,
    ...(embeddings ? { pooling_type: NO_POOLING } : {}),
  };
}

interface BatchArrays {
  readonly arrays: {
    readonly tokens: Int32Array;
    readonly positions: Int32Array;
    readonly sequences: Int32Array;
    readonly sequenceCounts: Int32Array;
    readonly sequencePointers: BigUint64Array;
    readonly outputs: Int8Array;
  };
  readonly native: NativeBatch;
}

/** Made once: native code keeps reading these addresses, so the arrays must live as long as the context. */
function allocateArrays(rows: number): BatchArrays {
  // Arrays of 64 bytes and less live on the JavaScript heap, where they may move.
  const capacity = Math.max(rows, 128);
  const sequences = new Int32Array(capacity);
  const first = koffi.address(sequences);
  const arrays = {
    tokens: new Int32Array(capacity),
    positions: new Int32Array(capacity),
    sequences,
    sequenceCounts: new Int32Array(capacity).fill(1),
    sequencePointers: BigUint64Array.from({ length: capacity }, (_, row) => first + BigInt(4 * row)),
    outputs: new Int8Array(capacity),
  };
  const native = {
    n_tokens: 0,
    token: koffi.address(arrays.tokens),
    embd: null,
    pos: koffi.address(arrays.positions),
    n_seq_id: koffi.address(arrays.sequenceCounts),
    seq_id: koffi.address(arrays.sequencePointers),
    logits: koffi.address(arrays.outputs),
  };
  return { arrays, native };
}
