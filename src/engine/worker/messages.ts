import type { CoreOutput, CoreStatus } from "../core.ts";
import type { ModelInfo, ModelSpec } from "../engine.ts";
import type { GenerationRequest, PromptPart } from "../generation.ts";

/** What the engine says to a model's process. JSON all the way: measured cheaper than structured clones. */
export type ToWorker =
  | { readonly type: "load"; readonly spec: ModelSpec }
  | { readonly type: "generate"; readonly id: number; readonly request: WireRequest }
  | { readonly type: "cancel"; readonly id: number }
  | { readonly type: "tokenize"; readonly id: number; readonly prompt: readonly PromptPart[] }
  | { readonly type: "detokenize"; readonly id: number; readonly tokens: readonly number[] }
  | { readonly type: "embed"; readonly id: number; readonly inputs: readonly (readonly PromptPart[])[] }
  | { readonly type: "stop" };

/** What a model's process says to the engine. */
export type FromWorker =
  | { readonly type: "progress"; readonly fraction: number }
  | { readonly type: "loaded"; readonly info: ModelInfo }
  | { readonly type: "load_failed"; readonly error: WireError }
  /** Everything one step had to say, for all requests. */
  | { readonly type: "outputs"; readonly outputs: readonly WireOutput[] }
  | { readonly type: "tokens"; readonly id: number; readonly tokens: readonly number[] }
  | { readonly type: "text"; readonly id: number; readonly text: string }
  /** `vectors`: base64 of little-endian float32, one per input. */
  | {
      readonly type: "vectors";
      readonly id: number;
      readonly vectors: readonly string[];
      readonly promptTokens: number;
    }
  | { readonly type: "refused"; readonly id: number; readonly error: WireError }
  | { readonly type: "status"; readonly status: WorkerStatus };

export interface WorkerStatus extends CoreStatus {
  readonly residentBytes: number;
  readonly threads: number;
}

/** A request as JSON can carry it. */
export interface WireRequest extends Omit<GenerationRequest, "sampling"> {
  readonly sampling: Omit<GenerationRequest["sampling"], "seed" | "logitBias"> & {
    readonly seed: string;
    readonly logitBias: readonly (readonly [token: number, bias: number])[];
  };
}

/** An output as JSON can carry it: token bytes are base64 texts. */
export type WireOutput =
  | { readonly id: number; readonly event: WireEvent }
  | { readonly id: number; readonly error: WireError };

type Event = Extract<CoreOutput, { event: unknown }>["event"];
type TextEvent = Extract<Event, { type: "text" }>;
export type WireEvent =
  | Exclude<Event, TextEvent>
  | (Omit<TextEvent, "logprobs"> & { readonly logprobs?: readonly WireLogprob[] });

export interface WireLogprob {
  readonly token: number;
  readonly bytes: string;
  readonly logprob: number;
  readonly top: readonly { readonly token: number; readonly bytes: string; readonly logprob: number }[];
}

export interface WireError {
  readonly code: string;
  readonly message: string;
  readonly field?: string | undefined;
  readonly hint?: string | undefined;
  readonly details?: Readonly<Record<string, unknown>>;
}
