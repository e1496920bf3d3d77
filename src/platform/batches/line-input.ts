import { TramontaneError } from "#base";
import { BatchLineSchema, readBody } from "#protocol";

/** Longer lines are told to be too long, and never held in memory. */
export const LINE_BYTES = 8 * 2 ** 20;
const NEWLINE = 0x0a;

/** A line as it was asked, or why it cannot be. */
export interface InputLine {
  /** Undefined: the line's number stands in. */
  readonly customId: string | undefined;
  /** JSON text. */
  readonly body: string;
  readonly problem: TramontaneError | undefined;
}

/** The requests of a JSONL file, blank lines left out. Bad lines are told, never thrown. */
export async function* readLines(content: AsyncIterable<Buffer>): AsyncGenerator<InputLine> {
  for await (const line of splitLines(content)) {
    if (line === undefined) yield bad(`The line is longer than ${LINE_BYTES / 2 ** 20} MiB`);
    else {
      const text = line.toString("utf8");
      if (text.trim() !== "") yield readLine(text);
    }
  }
}

/** Lines without their ends; undefined for one that is too long. */
async function* splitLines(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer | undefined> {
  let parts: Buffer[] = [];
  let length = 0;
  const add = (part: Buffer): void => {
    length += part.length;
    if (length > LINE_BYTES) parts = [];
    else parts.push(part);
  };
  const take = (): Buffer | undefined => {
    const line = length > LINE_BYTES ? undefined : Buffer.concat(parts);
    parts = [];
    length = 0;
    return line;
  };
  for await (const chunk of content) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      add(chunk.subarray(from, end));
      yield take();
      from = end + 1;
    }
    add(chunk.subarray(from));
  }
  if (length > 0) yield take();
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
