import type { GuardrailReport } from "./moderations.ts";
import type { PolicyNotice } from "./policies.ts";
import type { Usage } from "./usage.ts";

export type WireFinishReason = "stop" | "length" | "model_length" | "tool_calls" | "error";

/** A finished call as clients get it: complete, with its arguments as JSON text. */
export interface AnsweredToolCall {
  /** Nine letters or digits. */
  readonly id: string;
  readonly type: "function";
  readonly index: number;
  readonly function: { readonly name: string; readonly arguments: string };
}

export interface WireTokenLogprob {
  readonly token: string;
  readonly logprob: number;
  readonly bytes: readonly number[];
  readonly top_logprobs: readonly {
    readonly token: string;
    readonly logprob: number;
    readonly bytes: readonly number[];
  }[];
}

export interface WireLogprobs {
  readonly content: readonly WireTokenLogprob[];
  readonly refusal: null;
}

/** A model's thoughts beside its words, in Mistral's form: content becomes a list. */
export type AnswerChunk =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "thinking"; readonly thinking: readonly { readonly type: "text"; readonly text: string }[] };

export interface CompletionChoice {
  readonly index: number;
  readonly message: {
    readonly role: "assistant";
    readonly content: string | readonly AnswerChunk[];
    /** OpenAI's clients print lists badly: they get thoughts here. */
    readonly reasoning_content?: string | undefined;
    readonly tool_calls: readonly AnsweredToolCall[] | null;
    readonly refusal: null;
  };
  readonly logprobs: WireLogprobs | null;
  readonly finish_reason: WireFinishReason;
}

export interface ChatCompletion {
  /** 32 hexadecimal digits. */
  readonly id: string;
  readonly object: "chat.completion";
  /** Seconds since the epoch. */
  readonly created: number;
  /** The name the client asked for. */
  readonly model: string;
  readonly choices: readonly CompletionChoice[];
  readonly usage: Usage;
  /** Warnings of the workspace's policy; absent when there are none. */
  readonly policy?: readonly PolicyNotice[];
  /** What the guardrails of the request found; absent when it had none. */
  readonly guardrails?: readonly GuardrailReport[];
}

export interface ChunkChoice {
  readonly index: number;
  readonly delta: {
    readonly role?: "assistant";
    readonly content?: string | readonly AnswerChunk[];
    readonly reasoning_content?: string;
    readonly tool_calls?: readonly AnsweredToolCall[];
  };
  readonly logprobs?: WireLogprobs;
  /** Null until the choice ends; the key is never left out, because clients fail without it. */
  readonly finish_reason: WireFinishReason | null;
}

/**
 * One event of a streamed answer. `usage` is absent until the last chunk (some clients fail on null), except in
 * OpenAI's form, which the client has to ask for.
 */
export interface ChatCompletionChunk {
  readonly id: string;
  readonly object: "chat.completion.chunk";
  readonly created: number;
  readonly model: string;
  readonly choices: readonly ChunkChoice[];
  readonly usage?: Usage | null;
  /** On the chunk that ends the last choice: warnings of the workspace's policy. */
  readonly policy?: readonly PolicyNotice[];
  readonly guardrails?: readonly GuardrailReport[];
  /** Only on the chunk that says a stream broke off. */
  readonly error?: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string | null;
  };
}
