import type { CancelSignal } from "#base";
import type { GenerationEvent, GenerationRequest, PromptPart } from "./generation.ts";

/** What to load. `toy` is the deterministic backend without weights: same contract, no file. */
export type ModelSource = { readonly kind: "gguf"; readonly path: string } | { readonly kind: "toy" };

export interface ModelSpec {
  /** Name used in logs, metrics and errors. */
  readonly name: string;
  readonly source: ModelSource;
  /** Context window per sequence, tokens; undefined: what the model was trained for, as far as memory allows. */
  readonly contextTokens?: number;
  /** Cells of the unified KV cache, tokens over all sequences; undefined: chosen from memory. */
  readonly cacheTokens?: number;
  /** Compute threads; undefined: all physical cores, fewer under contention. */
  readonly threads?: number;
  /** LoRA adapter files by name. */
  readonly adapters?: Readonly<Record<string, string>>;
}

/** What a loaded model says of itself. */
export interface ModelInfo {
  readonly name: string;
  readonly architecture: string;
  readonly parameters: number;
  readonly sizeBytes: number;
  readonly vocabularySize: number;
  readonly embeddingLength: number;
  /** Window of one sequence here, tokens. */
  readonly contextTokens: number;
  /** Window the model was trained for, tokens. */
  readonly trainedContextTokens: number;
  /** The model file's own Jinja chat template, when it has one. */
  readonly chatTemplate: string | undefined;
  /** Texts of all control tokens, by which a chat template family is recognised. */
  readonly controlTokens: readonly string[];
  readonly beginOfSequence: string | undefined;
  readonly endOfSequence: string | undefined;
  /** Whether the tokenizer wants a begin-of-sequence token first. */
  readonly addsBeginOfSequence: boolean;
  /** GGUF metadata of interest (`general.*`), as text. */
  readonly metadata: Readonly<Record<string, string>>;
  /** What computes: `cpu`, `cuda`, `vulkan`, `metal`, `toy`. */
  readonly device: string;
}

/** Gauges of one model, for /metrics and doctor. */
export interface ModelStatus {
  readonly state: "loading" | "ready" | "restarting" | "stopped";
  readonly runningSequences: number;
  /** How many it runs at once; 0 while its process has not said so. */
  readonly sequencesAtOnce: number;
  readonly waitingRequests: number;
  readonly cacheTokensUsed: number;
  readonly cacheTokensTotal: number;
  readonly residentBytes: number;
  readonly restarts: number;
}

/**
 * One loaded model in a process of its own. All methods reject with `engine_unavailable` after `unload`, and with
 * `engine_crashed` when its process dies while they run; the process is then restarted by the engine itself.
 */
export interface EngineModel {
  readonly info: ModelInfo;
  status(): ModelStatus;
  /** Token ids of a prompt, begin-of-sequence included when the tokenizer wants one. */
  tokenize(prompt: readonly PromptPart[]): Promise<Int32Array>;
  detokenize(tokens: Int32Array): Promise<string>;
  /**
   * Runs one request. Errors before `started`: `prompt_too_long` (details: promptTokens, contextTokens),
   * `invalid_request`, `overloaded`. Aborting the signal, or leaving the iteration, frees everything within 100 ms.
   */
  generate(request: GenerationRequest, signal: CancelSignal): AsyncIterable<GenerationEvent>;
  /** One unit-norm vector of `info.embeddingLength` numbers per input, mean-pooled. */
  embed(
    inputs: readonly (readonly PromptPart[])[],
    signal: CancelSignal,
  ): Promise<{ readonly vectors: readonly Float32Array[]; readonly promptTokens: number }>;
  unload(): Promise<void>;
}

/** Loads models, each in a supervised child process. */
export interface Engine {
  /** `onProgress` gets fractions in [0, 1]. Errors: `model_file_invalid`, `model_load_failed`. */
  load(spec: ModelSpec, onProgress?: (fraction: number) => void): Promise<EngineModel>;
  close(): Promise<void>;
}
