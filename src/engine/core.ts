import type { Clock, TramontaneError } from "#base";
import type { Backend } from "./backend/backend.ts";
import type { GenerationEvent, GenerationRequest } from "./generation.ts";
import type { RowKernel } from "./sampling/row-kernel.ts";

/** A generation request whose prompt is already token ids, begin-of-sequence included where the model wants one. */
export interface CoreRequest extends Omit<GenerationRequest, "prompt"> {
  readonly prompt: Int32Array;
}

/**
 * What one step has to say, in order per request. Every request ends with `choices` events `finished`, or with one
 * `error` (then nothing more comes of it), or silently when it was cancelled.
 */
export type CoreOutput =
  /** `canWait`: nobody reads this before the answer is whole. */
  | { readonly id: number; readonly event: GenerationEvent; readonly canWait?: true }
  | { readonly id: number; readonly error: TramontaneError; readonly canWait?: undefined };

/** Gauges, all instantaneous except the counters at the end. */
export interface CoreStatus {
  /** Choices that hold a sequence of the cache. */
  readonly runningSequences: number;
  /** How many may run at once. */
  readonly sequencesAtOnce: number;
  /** Requests of which no choice runs yet. */
  readonly waitingRequests: number;
  /** Cells in use, cached prefixes included. */
  readonly cacheTokensUsed: number;
  readonly cacheTokensTotal: number;
  /** RAM held by prefixes moved out of the cache. */
  readonly coldBytes: number;
  /** Since the start: */
  readonly promptTokens: number;
  readonly cachedPromptTokens: number;
  readonly generatedTokens: number;
  readonly draftedTokens: number;
  readonly acceptedTokens: number;
  /** Tokens that a constraint left no choice about, and that no row was computed for. */
  readonly forcedTokens: number;
  /** Tokens drawn under a mask, and tokens whose free draw was allowed, so that no mask was needed. */
  readonly maskedTokens: number;
  readonly optimisticTokens: number;
  readonly preemptions: number;
  /** Forward passes. */
  readonly passes: number;
}

/** What an EngineCore is built from. */
export interface CoreParts {
  readonly backend: Backend;
  readonly clock: Clock;
  readonly options?: Partial<CoreOptions>;
  /** The arithmetic of sampling, for rows of the backend's vocabulary size; undefined: SIMD. */
  readonly kernel?: RowKernel;
}

export interface CoreOptions {
  /** Choices that run at once at most; the backend's sequences bound it too. */
  readonly runningSequences: number;
  /** Requests that may wait; one more is refused with `overloaded`. */
  readonly waitingRequests: number;
  /** Rows of prompts per step at most. */
  readonly prefillTokens: number;
  /** How long the prompts in a step may hold up sequences that decode, milliseconds; a tile of rows always goes. */
  readonly stallMs: number;
  /** RAM for prefixes moved out of the cache, bytes; 0 drops them instead. */
  readonly coldBytes: number;
  /** In a shared layout, cells that idle prefixes may occupy while something runs: every row scans over them. */
  readonly idleCells: number;
  /** Draft tokens proposed per choice and step at most; 0 turns speculation off. */
  readonly draftTokens: number;
}

/**
 * The engine's loop without the loop: whoever owns the process calls `step` while `hasWork`, and hands in requests and
 * cancellations between steps. Single-threaded, synchronous, no timers; time is the clock passed in.
 * Implementation: `EngineCore`, built from `CoreParts`.
 */
export interface Core {
  /** Queues a request. Never throws on its content: refusals come out of the next `step`. Ids must be unique while in use. */
  submit(id: number, request: CoreRequest): void;
  /** Forgets a request and frees what it holds, at once. Unknown ids are ignored. */
  cancel(id: number): void;
  /** Admits, runs each running sequence's next rows, samples, and says what is new. Cheap and empty without work. */
  step(): CoreOutput[];
  hasWork(): boolean;
  /** Prepares the vocabulary for constraints, which takes 0.2 s for 32,768 tokens; otherwise the first one waits for it. */
  prepareForms(): void;
  status(): CoreStatus;
}
