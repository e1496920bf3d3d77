import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { TramontaneError } from "#base";
import { BatchLineSchema, readBody } from "#protocol";

/** A line as it was asked, or why it cannot be. */
export interface InputLine {
  /** Undefined: the line's number stands in. */
  readonly customId: string | undefined;
  /** JSON text. */
  readonly body: string;
  readonly problem: TramontaneError | undefined;
}

/** The requests of a JSONL file, blank lines left out. Bad lines are told, never thrown. */
export async function* readLines(content: Readable): AsyncGenerator<InputLine> {
  for await (const text of createInterface({ input: content, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (text.trim() !== "") yield readLine(text);
  }
}

export function readLine(text: string): InputLine {
  const parsed = parse(text);
  if (parsed === undefined) return bad("The line is not JSON");
  const reading = readBody(BatchLineSchema, parsed);
  if (!reading.ok) return bad(reading.refusal.message.replace(/^body\./, "line."), idIn(parsed));
  const { custom_id: customId, body } = reading.value;
  return { customId: customId ?? undefined, body: JSON.stringify(body), problem: undefined };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Its id, should the rest be wrong. */
function idIn(line: unknown): string | undefined {
  const id = BatchLineSchema.shape.custom_id.safeParse((line as { custom_id?: unknown } | null)?.custom_id);
  return id.success ? (id.data ?? undefined) : undefined;
}

function bad(message: string, customId?: string): InputLine {
  return { customId, body: "null", problem: new TramontaneError("validation_failed", message) };
}
