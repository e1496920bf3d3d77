import { TramontaneError } from "#base";

/** Parses a JSON body. Errors: `validation_failed` with the offset where reading stopped, as FastAPI words it. */
export function parseJsonBody(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  const text = bytes.toString("utf8");
  try {
    return JSON.parse(text);
  } catch (error) {
    const offset = Number(/position (\d+)/.exec((error as Error).message)?.[1] ?? text.length);
    const detail = [{ type: "json_invalid", loc: ["body", offset], msg: "JSON decode error", input: {} }];
    throw new TramontaneError("validation_failed", `body.${offset}: JSON decode error`, { details: { detail } });
  }
}
