import type { AppModel, PolicyNotice } from "#protocol";
import type { Caller } from "../tenancy/caller.ts";

export interface AnswerMessage {
  readonly role: "user" | "assistant";
  readonly content: string;
}

export interface AnswerRequest {
  readonly caller: Caller;
  readonly model: string;
  /** The conversation so far, the question last. */
  readonly messages: readonly AnswerMessage[];
  /** The beginning of the answer, already written: the model goes on from here and does not repeat it. Empty: none. */
  readonly prefix: string;
  /** The answer is one JSON value valid against this schema. */
  readonly schema: Readonly<Record<string, unknown>> | undefined;
}

export type AnswerEvent =
  | { readonly type: "text"; readonly text: string; readonly tokens: number }
  /** A warning of the workspace's policy; the answer goes on. */
  | { readonly type: "policy"; readonly notice: PolicyNotice }
  | {
      readonly type: "finished";
      readonly reason: "stop" | "length" | "context";
      readonly promptTokens: number;
      readonly completionTokens: number;
      readonly cost?: { readonly amountMicros: number; readonly currency: string };
    };

/**
 * Who answers in a chat: the same use case that serves the API, called in process. Errors: `prompt_too_long` (details:
 * promptTokens, contextTokens), `policy_refused` (details: policy, the notice), `invalid_model`, `rate_limited`, `overloaded`, `engine_unavailable`. Aborting the signal ends
 * the iteration after the engine has freed its sequence.
 */
export interface Answerer {
  models(caller: Caller): Promise<readonly AppModel[]>;
  answer(request: AnswerRequest, signal: AbortSignal): AsyncIterable<AnswerEvent>;
}
