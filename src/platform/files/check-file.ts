import { TramontaneError } from "#base";
import type { FilePurpose } from "#protocol";
import type { ReceivedContent } from "./file-store.ts";

/** Errors: `invalid_file` for a name that is none, an empty content, or lines where lines matter that cannot be read. */
export function checkFile(
  { bytes, lines, lineError }: ReceivedContent,
  { filename, purpose }: { readonly filename: string; readonly purpose: FilePurpose },
): void {
  checkName(filename);
  if (bytes === 0) throw refusal("The file is empty");
  if (purpose === "ocr") return;
  if (lineError) throw lineError;
  if (lines === 0) throw refusal("The file has only blank lines");
}

function checkName(name: string): void {
  const isPath = /[/\\]/.test(name) || name === "." || name === "..";
  if (isPath) throw refusal("The file's name must be a name, not a path");
  const hasControls = /\p{Cc}/u.test(name);
  if (name === "" || Buffer.byteLength(name) > 255 || hasControls) {
    throw refusal("The file's name must have 1 to 255 bytes and no control characters");
  }
}

function refusal(message: string): TramontaneError {
  return new TramontaneError("invalid_file", message, { field: "file" });
}
