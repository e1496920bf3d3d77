import { TramontaneError } from "#base";

/** A document whose words cannot be had; the message is for whoever uploaded it. */
export function unreadable(message: string, cause?: unknown): TramontaneError {
  return new TramontaneError("invalid_file", message, { field: "file", ...(cause === undefined ? {} : { cause }) });
}
