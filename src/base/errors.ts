/**
 * The one error class of the house. `code` is stable and documented in docs/reference/errors.md; `message` says what was
 * expected and what came; `field` says where (a path such as `messages[2].content`); `hint` says what to do next.
 */
export class TramontaneError extends Error {
  readonly code: ErrorCode;
  readonly field: string | undefined;
  readonly hint: string | undefined;
  /** Facts the door may publish beside the message: numbers, ids, never prompts or secrets. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: ErrorOptions & ErrorParts = {}) {
    super(redactSecrets(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "TramontaneError";
    this.code = code;
    this.field = options.field;
    this.hint = options.hint;
    this.details = options.details ?? {};
  }
}

interface ErrorParts {
  field?: string;
  hint?: string;
  details?: Readonly<Record<string, unknown>>;
}

/** Every code of the product. A test holds this list equal to docs/reference/errors.md. */
export const ERROR_CODES = [
  "invalid_request",
  "validation_failed",
  "invalid_model",
  "invalid_message_order",
  "invalid_assistant_message",
  "invalid_function_call",
  "invalid_tool_schema",
  "invalid_schema",
  "invalid_file",
  "prompt_too_long",
  "capability_missing",
  "not_available_yet",
  "unauthorized",
  "forbidden",
  "not_found",
  "method_not_allowed",
  "payload_too_large",
  "rate_limited",
  "overloaded",
  "engine_unavailable",
  "engine_crashed",
  "model_load_failed",
  "model_file_invalid",
  "download_failed",
  "checksum_mismatch",
  "cancelled",
  "config_invalid",
  "storage_unavailable",
  "storage_schema",
  "data_directory_in_use",
  "conflict",
  "budget_exceeded",
  "policy_refused",
  "policy_unavailable",
  "guardrail_blocked",
  "internal",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

const KEY_PATTERN = /\b(tmk|tms|tmi|sk|Bearer)([-_ ])[A-Za-z0-9_-]{8,}/g;

/** Replaces anything that looks like an API key, so that no error text can carry one. */
export function redactSecrets(text: string): string {
  return text.replace(KEY_PATTERN, "$1$2***");
}
