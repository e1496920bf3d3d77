import type { CancelSignal } from "#base";
import type { Closing } from "#engine";
import type { Dialect } from "#protocol";
import type { Caller } from "../tenancy/caller.ts";
import type { EngineAttempt } from "../upstream/remote-turn.ts";

/** How a request came in. */
export interface Call {
  /** A UUID, new for every request: what logs, bills and clients know it by. */
  readonly requestId: string;
  readonly caller: Caller;
  readonly dialect: Dialect;
  /** Aborted when the client leaves or the server must stop; the reason says which. */
  readonly signal: CancelSignal;
  /** Where it came from: `app` is a person in the chat app; undefined is a program. */
  readonly channel?: "app";
  /** What becomes of an answer of a form when its tokens run out; undefined: what the server does by default. */
  readonly closing?: Closing | undefined;
  /** Told where the caller stands after this request, for the headers that say so. */
  readonly reportLimits?: (limits: LimitState) => void;
  /** Told of its place in the line for the model, at first and whenever it moves up; then it starts. */
  readonly reportPlace?: (place: PlaceInLine) => void;
  /** Told how many tokens of the answer there are, as often as there are more; thoughts and calls count. */
  readonly reportTokens?: ((completionTokens: number) => void) | undefined;
  /** Told which deployment a name meant. */
  readonly reportDeployment?: (id: string) => void;
  /** Told which wishes of the request could only be kept in part. */
  readonly reportIgnored?: (fields: readonly string[]) => void;
}

/** Where a request that waits stands. */
export interface PlaceInLine {
  /** 1 is next. */
  readonly position: number;
  /** How long it will probably wait; undefined while nobody has measured how fast it goes. */
  readonly waitMs: number | undefined;
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

const PLENTY = 2 ** 31 - 1;

/** Nothing is limited: clients that read the numbers find some that never run out. */
export const UNLIMITED: LimitState = {
  requestsPerMinute: PLENTY,
  remainingRequests: PLENTY,
  tokensPerMinute: PLENTY,
  remainingTokens: PLENTY,
  queryTokens: 0,
  resetMs: 0,
};

/** What a request may come to, for whoever has to say yes to it. */
export interface RequestSize {
  /** Bytes of the prompt's text: at hand, and roughly four to a token. */
  readonly promptBytes: number;
  /** The exact number of prompt tokens: costs a trip to the engine. */
  countPrompt(): Promise<number>;
  /** The most that may be generated, over all choices. */
  readonly maxOutputTokens: number;
  /** Whether that is the client's wish, or only what the context leaves. */
  readonly isOutputBounded: boolean;
}

export interface AdmissionRequest {
  readonly call: Call;
  readonly deployment: string;
  readonly operation: Operation;
  readonly size: RequestSize;
  /** Requests that the model takes at once; undefined: nobody queues for it. */
  readonly slots?: number;
}

/** What the platform does around every inference: refuse before, settle after. */
export interface Gate {
  /** Resolves when the request may start. Errors: `rate_limited`, `forbidden`, `budget_exceeded`. */
  admit(ask: AdmissionRequest): Promise<Admission>;
}

export interface Admission {
  /** Undefined: nothing is limited. */
  readonly limits?: LimitState | undefined;
  /** Resolves when the first byte of an answer may leave; rejects when none may. Undefined: at once. */
  readonly durable?: Promise<void>;
  /** Told often while the answer grows; returns at once. */
  progress(tokens: { readonly promptTokens: number; readonly completionTokens: number }): void;
  /**
   * Told exactly once, when the answer has ended, however it ended. The last bytes leave after it has resolved; when it
   * rejects, they do not.
   */
  settle(outcome: Outcome): Promise<void>;
}

export type Operation = "chat" | "text" | "fim" | "embeddings" | "moderation" | "classification";

/** How a request went: what metrics, logs and bills are made of. Never the words. */
export interface Outcome {
  readonly operation: Operation;
  /** Canonical name of the model. */
  readonly deployment: string;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  /** Prompt tokens worked through when it ended, as far as the engine said; cached ones included. */
  readonly prefilledTokens?: number;
  readonly completionTokens: number;
  /** All was sent, the reader left, or something broke. */
  readonly ending: "completed" | "abandoned" | "broken";
  /** Finish reason per choice, or the error's code. */
  readonly endings: readonly string[];
  readonly durationMs: number;
  /** Until the first text; undefined when none came. */
  readonly firstTextMs: number | undefined;
  /** Of answers of a form: tokens nobody had to ask the model for, and the time the form took. */
  readonly form?: { readonly forcedTokens: number; readonly ms: number } | undefined;
  /** Where the time went, as far as the engine said; of several choices the slowest. */
  readonly timings?: RequestTimings | undefined;
  /** Of a model on other servers: those that were asked, in order. */
  readonly attempts?: readonly EngineAttempt[] | undefined;
}

export interface RequestTimings {
  /** Waiting for a turn, here and in the engine. */
  readonly queueMs: number;
  /** Working through the prompt. */
  readonly prefillMs: number;
  /** Making the answer. */
  readonly decodeMs: number;
}

/** Lets everybody in and remembers nothing. */
export const openGate: Gate = {
  admit: () => Promise.resolve({ progress() {}, settle: () => Promise.resolve() }),
};
