import type { AnswerWait, AppModel, FunctionTool, PolicyNotice } from "#protocol";
import type { Caller } from "../tenancy/caller.ts";
import type { MessageFile } from "./fit-files.ts";

/** A function the model calls. */
export interface AnswerCall {
  readonly id: string;
  readonly name: string;
  /** JSON. */
  readonly arguments: string;
}

export type AnswerMessage =
  /** What travels with a question is given whole; as much of it is read as the model can. */
  | { readonly role: "user"; readonly content: string; readonly files?: readonly MessageFile[] }
  | { readonly role: "assistant"; readonly content: string; readonly calls?: readonly AnswerCall[] }
  | { readonly role: "tool"; readonly callId: string; readonly name: string; readonly content: string };

export interface AnswerRequest {
  readonly caller: Caller;
  readonly model: string;
  /** The conversation so far, the question (or what tools gave back) last. */
  readonly messages: readonly AnswerMessage[];
  /** The beginning of the answer, already written: the model goes on from here and does not repeat it. Empty: none. */
  readonly prefix: string;
  /** The answer is one JSON value valid against this schema. */
  readonly schema: Readonly<Record<string, unknown>> | undefined;
  /** What it may call instead of answering. */
  readonly tools: readonly FunctionTool[];
  /** Told what it waits for before it begins, again and again. */
  readonly onWait?: (wait: AnswerWait) => void;
}

export type AnswerEvent =
  /** `tokens` were made since the piece before it, thoughts included. */
  | { readonly type: "text"; readonly text: string; readonly tokens: number }
  /** The workspace's policy warns, or was not asked; the answer goes on. */
  | { readonly type: "policy"; readonly notice: PolicyNotice }
  | { readonly type: "thought"; readonly text: string }
  | {
      readonly type: "finished";
      readonly reason: "stop" | "length" | "context";
      /** Not empty: it goes on once these are answered. */
      readonly calls: readonly AnswerCall[];
      readonly promptTokens: number;
      readonly completionTokens: number;
      readonly cost?: { readonly amountMicros: number; readonly currency: string };
    };

/**
 * Who answers in a chat: the same use case that serves the API, called in process. Errors: `prompt_too_long` (details:
 * promptTokens, contextTokens), `policy_refused` (details: policy, the notice; requestId), `invalid_model`, `rate_limited`, `overloaded`, `engine_unavailable`. Aborting the signal ends
 * the iteration after the engine has freed its sequence.
 */
export interface Answerer {
  models(caller: Caller): Promise<readonly AppModel[]>;
  answer(request: AnswerRequest, signal: AbortSignal): AsyncIterable<AnswerEvent>;
}
