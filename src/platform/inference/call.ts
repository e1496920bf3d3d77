import type { Dialect } from "#protocol";
import type { Caller } from "../tenancy/caller.ts";

/** How a request came in. */
export interface Call {
  readonly caller: Caller;
  readonly dialect: Dialect;
  /** Aborted when the client leaves or the server must stop; the reason says which. */
  readonly signal: AbortSignal;
  /** Told where the caller stands after this request, for the headers that say so. */
  readonly reportLimits?: (limits: LimitState) => void;
}

/** What is left of a caller's allowance. */
export interface LimitState {
  readonly requestsPerMinute: number;
  readonly remainingRequests: number;
  readonly tokensPerMinute: number;
  readonly remainingTokens: number;
  /** Tokens this request was counted with on admission. */
  readonly queryTokens: number;
  readonly resetMs: number;
}

/** What the platform does around every inference: refuse before, settle after. */
export interface Gate {
  /** Errors: `rate_limited`, `forbidden`. */
  admit(ask: { readonly call: Call; readonly deployment: string; readonly operation: Operation }): Promise<Admission>;
}

export interface Admission {
  /** Undefined: nothing is limited. */
  readonly limits?: LimitState;
  /** Told exactly once, when the answer ended, however it ended. */
  settle(outcome: Outcome): void;
}

export type Operation = "chat" | "fim" | "embeddings";

/** How a request went: what metrics, logs and bills are made of. Never the words. */
export interface Outcome {
  readonly operation: Operation;
  /** Canonical name of the model. */
  readonly deployment: string;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly completionTokens: number;
  /** Finish reason per choice, or the error's code. */
  readonly endings: readonly string[];
  readonly durationMs: number;
  /** Until the first text; undefined when none came. */
  readonly firstTextMs: number | undefined;
}

/** Lets everybody in and remembers nothing. */
export const openGate: Gate = {
  admit: () => Promise.resolve({ settle() {} }),
};
