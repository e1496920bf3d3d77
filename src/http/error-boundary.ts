import { TramontaneError } from "#base";
import type { ErrorCode } from "#base";
import { errorBody } from "#protocol";
import type { ErrorBody, RuleNotice, ValidationDetail, WireError } from "#protocol";

interface WireKind {
  readonly status: number;
  readonly type: string;
  readonly code: string;
}

const INVALID_ARGUMENTS: WireKind = { status: 400, type: "invalid_request_invalid_args", code: "3051" };
const UNAVAILABLE: WireKind = { status: 503, type: "service_unavailable", code: "3800" };
const INTERNAL: WireKind = { status: 500, type: "internal_server_error", code: "1000" };

/** How each of our errors looks on the wire: status, and the type and number that hosted APIs use for it. */
const KINDS: Partial<Record<ErrorCode, WireKind>> = {
  invalid_request: INVALID_ARGUMENTS,
  validation_failed: { status: 422, type: "invalid_request_error", code: "3001" },
  invalid_model: { status: 400, type: "invalid_model", code: "1500" },
  invalid_message_order: { status: 400, type: "invalid_request_message_order", code: "3230" },
  invalid_assistant_message: { status: 400, type: "invalid_request_assistant_message", code: "3240" },
  invalid_function_call: { status: 400, type: "invalid_function_call", code: "3280" },
  invalid_tool_schema: { status: 400, type: "invalid_request_tool_schema", code: "3051" },
  invalid_schema: INVALID_ARGUMENTS,
  invalid_file: { status: 400, type: "invalid_request_file", code: "3310" },
  prompt_too_long: INVALID_ARGUMENTS,
  capability_missing: INVALID_ARGUMENTS,
  not_available_yet: { status: 400, type: "not_available_yet", code: "not_available_yet" },
  unauthorized: { status: 401, type: "authentication_error", code: "invalid_api_key" },
  forbidden: { status: 403, type: "forbidden", code: "1910" },
  not_found: { status: 404, type: "not_found", code: "not_found" },
  method_not_allowed: { status: 405, type: "method_not_allowed", code: "method_not_allowed" },
  payload_too_large: { status: 413, type: "payload_too_large", code: "payload_too_large" },
  rate_limited: { status: 429, type: "rate_limited", code: "1300" },
  overloaded: { status: 429, type: "service_tier_capacity_exceeded", code: "3505" },
  storage_unavailable: UNAVAILABLE,
  budget_exceeded: { status: 402, type: "budget_exceeded", code: "budget_exceeded" },
  policy_refused: { status: 403, type: "policy_refused", code: "policy_refused" },
  policy_unavailable: { status: 503, type: "policy_unavailable", code: "policy_unavailable" },
  guardrail_blocked: { status: 403, type: "guardrail_blocked", code: "guardrail_blocked" },
  conflict: { status: 409, type: "conflict", code: "conflict" },
  engine_unavailable: UNAVAILABLE,
  engine_crashed: UNAVAILABLE,
  model_load_failed: UNAVAILABLE,
  // Nobody is left to read it; the number is for logs.
  cancelled: { status: 499, type: "request_cancelled", code: "cancelled" },
};

export interface WireFailure {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ErrorBody;
}

/** Makes the wire body of anything thrown: the only place where errors become bytes. What is not ours says nothing of itself. */
export function toWireFailure(thrown: unknown, requestId: string): WireFailure {
  const error = asTramontaneError(thrown);
  const kind = KINDS[error.code] ?? INTERNAL;
  const detail = detailOf(error, kind);
  const body = errorBody({
    message: messageOf(error),
    type: kind.type,
    param: error.field ?? null,
    code: kind.code,
    status: kind.status,
    requestId,
    ...(detail === undefined ? {} : { detail }),
    ...judgementOf(error),
  });
  return { status: kind.status, headers: { "x-ms-error-code": kind.code, ...retryHeaders(error, kind) }, body };
}

/** The facts of an error for a stream that has already begun. */
export function toWireError(thrown: unknown): WireError {
  return toWireFailure(thrown, "").body.error;
}

/** Fastify's own refusals and the unexpected, as errors of the house. */
export function asTramontaneError(thrown: unknown): TramontaneError {
  if (thrown instanceof TramontaneError) return thrown;
  const code = (thrown as { code?: unknown } | null)?.code;
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE") {
    return new TramontaneError("payload_too_large", "The request body is larger than this server accepts");
  }
  const status = (thrown as { statusCode?: unknown } | null)?.statusCode;
  if (typeof status === "number" && status >= 400 && status < 500) {
    return new TramontaneError("invalid_request", "The request is not valid HTTP for this server", { cause: thrown });
  }
  return new TramontaneError("internal", "Internal server error", { cause: thrown });
}

/** Programs match this sentence to learn how much they must cut. */
function messageOf(error: TramontaneError): string {
  const { promptTokens, contextTokens } = error.details;
  if (error.code === "prompt_too_long" && typeof promptTokens === "number" && typeof contextTokens === "number") {
    const size = `Prompt contains ${promptTokens} tokens and 0 draft tokens`;
    return `${size}, too large for model with ${contextTokens} maximum context length`;
  }
  if (error.code === "internal" || error.code === "config_invalid") return "Internal server error";
  return error.message;
}

function detailOf(error: TramontaneError, kind: WireKind): string | readonly ValidationDetail[] | undefined {
  if (kind.status === 401) return "Unauthorized";
  return error.details["detail"] as readonly ValidationDetail[] | undefined;
}

/** Why a text was judged unfit: the rule, or the scores. */
function judgementOf({ code, details }: TramontaneError): Pick<ErrorBody, "policy" | "guardrails"> {
  if (code === "policy_refused") return { policy: details["policy"] as RuleNotice };
  if (code === "guardrail_blocked") return { guardrails: details["guardrails"] as ErrorBody["guardrails"] };
  return {};
}

function retryHeaders(error: TramontaneError, kind: WireKind): Record<string, string> {
  if (kind.status !== 429 && kind.status !== 503) return {};
  const wanted = error.details["retryAfterMs"];
  const waitMs = typeof wanted === "number" ? Math.max(wanted, 1) : 1000;
  return { "retry-after": String(Math.ceil(waitMs / 1000)), "retry-after-ms": String(Math.ceil(waitMs)) };
}
