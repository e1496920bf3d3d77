import { TramontaneError } from "#base";

/** Parses a JSON body. Errors: `validation_failed`, with the offset where reading stopped when the engine tells it. */
export function parseJsonBody(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  const text = bytes.toString("utf8");
  try {
    return JSON.parse(text);
  } catch (error) {
    const position = /position (\d+)/.exec((error as Error).message)?.[1];
    const loc = position === undefined ? ["body"] : ["body", Number(position)];
    const detail = [{ type: "json_invalid", loc, msg: "JSON decode error", input: {} }];
    throw new TramontaneError("validation_failed", `${loc.join(".")}: JSON decode error`, { details: { detail } });
  }
}
