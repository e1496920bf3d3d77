/** One finding of schema validation, in the words hosted APIs use. `loc` starts with `body`. */
export interface ValidationDetail {
  readonly type: string;
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly input?: unknown;
}

/** Why a request cannot be served as it stands. The codes are those of the house's errors. */
export interface Refusal {
  readonly code:
    | "validation_failed"
    | "invalid_request"
    | "invalid_message_order"
    | "invalid_assistant_message"
    | "invalid_function_call"
    | "invalid_tool_schema"
    | "capability_missing";
  readonly message: string;
  readonly field?: string;
  readonly hint?: string;
  /** Present with `validation_failed`. */
  readonly detail?: readonly ValidationDetail[];
}

/** A value read from the wire, with the paths of nested fields nobody here understands; or the reason it was refused. */
export type Reading<T> =
  | { readonly ok: true; readonly value: T; readonly ignored: readonly string[] }
  | { readonly ok: false; readonly refusal: Refusal };

export function refuse(
  code: Refusal["code"],
  message: string,
  field?: string,
): { readonly ok: false; readonly refusal: Refusal } {
  return { ok: false, refusal: { code, message, ...(field === undefined ? {} : { field }) } };
}
