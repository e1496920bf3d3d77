/** One model's tokens. Ids run from 0 to `size - 1`. */
export interface Vocabulary {
  readonly size: number;
  /** The bytes a token stands for in text (with SentencePiece's `▁` as a space); empty for control tokens. */
  tokenBytes(token: number): Uint8Array;
  /** The token's name (`[INST]`, `</s>`) when it is a control token, else undefined. */
  controlText(token: number): string | undefined;
  /** The control token of that name, else undefined. */
  controlToken(text: string): number | undefined;
  /** Whether the token ends a turn. */
  isEndOfGeneration(token: number): boolean;
  readonly beginOfSequence: number | undefined;
  readonly endOfSequence: number | undefined;
  readonly addsBeginOfSequence: boolean;
  /** Tokens of plain text; control strings in it stay text. `dummySpace`: SentencePiece's leading space, where the model has one. */
  tokenize(text: string, options: { readonly dummySpace: boolean }): Int32Array;
}

export interface BackendLimits {
  /**
   * How sequences use the KV cache. `shared`: one pool of cells, a fork shares its prefix, and every row scans up to the
   * highest used cell; rows take the lowest free cells, in their order, and so does what is restored. `separate`: each sequence has `contextTokens` cells of its own, a fork copies its prefix, and a
   * row scans its own sequence only: faster with distinct long contexts, dearer in memory.
   */
  readonly layout: "shared" | "separate";
  /** Cells in all: the sum over all sequences, shared prefixes counted once. */
  readonly cells: number;
  /** Sequence ids run from 0 to `sequences - 1`. */
  readonly sequences: number;
  /** Rows of one batch at most. */
  readonly batchTokens: number;
  /** Positions of one sequence at most. */
  readonly contextTokens: number;
}

/**
 * Rows for one forward pass, as parallel arrays; only the first `length` entries count. Positions of a sequence are
 * contiguous with what it already holds. `wantsLogits` marks the rows whose logits will be read.
 */
export interface Batch {
  length: number;
  readonly tokens: Int32Array;
  readonly positions: Int32Array;
  readonly sequences: Int32Array;
  readonly wantsLogits: Uint8Array;
}

/** The outcome of a forward pass. */
export type DecodeResult =
  | "ok"
  /** No cells left: nothing was changed; evict or preempt and try again. */
  | "cache_full"
  /** The abort flag was raised: nothing of the batch may be assumed to be in the cache. */
  | "aborted";

/**
 * The seam between the scheduler and what computes: one loaded model and its KV cache, single-threaded, called from one
 * loop. Modifies only its own cache. Implementations: `libllama` (native), `toy` (deterministic arithmetic, no weights).
 * Every implementation runs `backend.contract.ts`.
 */
export interface Backend extends Disposable {
  readonly vocabulary: Vocabulary;
  readonly limits: BackendLimits;
  /**
   * One forward pass. Precondition, checked before any native call: 0 < length <= batchTokens, ids in range, positions
   * contiguous; a violation throws. Cost: the model's.
   */
  decode(batch: Batch): DecodeResult;
  /**
   * Logits of the row-th row that wanted them in the last batch: `vocabulary.size` float32, a view that the next
   * `decode` or `dispose` invalidates.
   */
  logits(row: number): Float32Array;
  /** Gives the empty `target` the positions [0, length) of `source`, shared or copied as `limits.layout` says. */
  forkSequence(source: number, target: number, length: number): void;
  /** Forgets positions >= from. */
  trimSequence(sequence: number, from: number): void;
  /** The state of positions [0, end of sequence), in their order, as bytes that `restoreSequence` of the same model accepts. */
  saveSequence(sequence: number): Uint8Array;
  /** Puts a saved state into the empty `sequence`; false when the cache has no room or the bytes do not fit. */
  restoreSequence(sequence: number, state: Uint8Array): boolean;
  /** Applies one adapter (undefined: none) to the following passes. */
  useAdapter(name: string | undefined): void;
  /** Compute threads of the following passes. */
  setThreads(threads: number): void;
  /** Unit-norm mean-pooled vectors, one per input; inputs are token sequences within `contextTokens`. */
  embed(inputs: readonly Int32Array[]): Float32Array[];
}
