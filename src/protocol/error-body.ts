import type { RuleNotice } from "./policies.ts";
import type { ValidationDetail } from "./refusal.ts";

/** The four facts of an error that clients read, wherever they look for them. */
export interface WireError {
  readonly message: string;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;
}

/**
 * The one error body. Mistral's clients read the top level, OpenAI's and Azure's read `error`, validation errors stand
 * in `detail`; each finds what it knows.
 */
export interface ErrorBody extends WireError {
  readonly object: "error";
  readonly raw_status_code: number;
  readonly request_id: string;
  readonly detail?: string | readonly ValidationDetail[];
  /** The hosted API repeats the status where a guardrail blocks. */
  readonly error: WireError & { readonly status?: number };
  /** The rule of the workspace's policy that withheld the answer. */
  readonly policy?: RuleNotice;
  /** What a guardrail of the request found. */
  readonly guardrails?: Readonly<Record<string, unknown>> | undefined;
}

export interface ErrorBodyParts extends WireError {
  readonly status: number;
  readonly requestId: string;
  readonly detail?: string | readonly ValidationDetail[];
  readonly policy?: RuleNotice;
  readonly guardrails?: Readonly<Record<string, unknown>> | undefined;
}

export function errorBody({
  message,
  type,
  param,
  code,
  status,
  requestId,
  detail,
  ...found
}: ErrorBodyParts): ErrorBody {
  const facts: WireError = { message, type, param, code };
  return {
    object: "error",
    ...facts,
    raw_status_code: status,
    request_id: requestId,
    ...(detail === undefined ? {} : { detail }),
    error: found.guardrails === undefined ? facts : { ...facts, status },
    ...found,
  };
}
