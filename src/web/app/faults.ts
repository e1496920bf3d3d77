import type { MessageKey } from "../i18n/catalog.ts";
import type { Words } from "../i18n/words.ts";

/** What went wrong, as the reader is told. */
export interface Fault {
  readonly text: string;
  /** The server's own words, which are English: where they say which field, file or limit it was. */
  readonly detail?: string;
}

/** How the API's types of errors are called where they are not called by our codes. */
const CODE_OF_TYPE: Readonly<Record<string, string>> = {
  invalid_request_invalid_args: "invalid_request",
  invalid_request_error: "invalid_request",
  invalid_request_message_order: "invalid_request",
  invalid_request_assistant_message: "invalid_request",
  invalid_request_tool_schema: "invalid_schema",
  invalid_request_file: "invalid_file",
  authentication_error: "unauthorized",
  service_tier_capacity_exceeded: "overloaded",
  service_unavailable: "engine_unavailable",
  internal_server_error: "internal",
};

const TEXTS: Readonly<Record<string, MessageKey>> = {
  offline: "fault.offline",
  invalid_model: "fault.invalid_model",
  invalid_schema: "fault.invalid_schema",
  invalid_tool_schema: "fault.invalid_schema",
  invalid_file: "fault.invalid_file",
  prompt_too_long: "fault.prompt_too_long",
  capability_missing: "fault.capability_missing",
  unauthorized: "fault.unauthorized",
  forbidden: "fault.forbidden",
  not_found: "fault.not_found",
  payload_too_large: "fault.payload_too_large",
  rate_limited: "fault.rate_limited",
  overloaded: "message.busy",
  engine_unavailable: "fault.engine",
  engine_crashed: "fault.engine",
  storage_unavailable: "fault.storage",
  model_load_failed: "fault.model_load",
  model_file_invalid: "fault.model_file",
  download_failed: "fault.download",
  checksum_mismatch: "fault.checksum",
  cancelled: "fault.cancelled",
  conflict: "fault.conflict",
  budget_exceeded: "fault.budget",
  policy_refused: "message.refused",
  policy_unavailable: "fault.policy",
  guardrail_blocked: "fault.guardrail",
  internal: "fault.internal",
};

/** Whose sentence says it all. */
const PLAIN = new Set(
  "offline unauthorized forbidden not_found rate_limited overloaded engine_unavailable engine_crashed storage_unavailable checksum_mismatch cancelled budget_exceeded policy_refused policy_unavailable internal".split(
    " ",
  ),
);

interface ThrownFault {
  readonly code?: string | null | undefined;
  readonly type?: string | null | undefined;
  readonly message?: string | undefined;
}

/** The stable code of an error of any of the server's doors, or of a lost connection. */
export function codeOf({ code, type }: ThrownFault): string {
  return typeof code === "string" && code in TEXTS ? code : (CODE_OF_TYPE[type ?? ""] ?? type ?? code ?? "");
}

/** An error in the reader's language, by its code; `known` are what codes mean where it happened. */
export function faultOf<Key extends string>(
  words: Words<MessageKey | Key>,
  error: unknown,
  known: Readonly<Record<string, MessageKey | Key>> = {},
): Fault {
  const thrown: ThrownFault = typeof error === "object" && error !== null ? error : { message: String(error) };
  const code = codeOf(thrown);
  const meant = known[code];
  if (meant !== undefined) return { text: words.t(meant) };
  const text = words.t(TEXTS[code] ?? "fault.invalid_request");
  const { message = "" } = thrown;
  // Which model it was is the same in every language.
  const detail = /^Invalid model: (.+)$/.exec(message)?.[1] ?? message;
  return PLAIN.has(code) || detail === "" ? { text } : { text, detail };
}

/** The same in one line. */
export function faultLine(words: Words, error: unknown): string {
  const { text, detail } = faultOf(words, error);
  return detail === undefined ? text : `${text} (${detail})`;
}
