import { TramontaneError } from "#base";
import type { Queryable } from "../storage/database.ts";
import { failure } from "./line-answer.ts";
import type { DescribeFailure } from "./line-answer.ts";
import type { InputLine } from "./line-input.ts";

/** Requests a single batch may have. */
export const BATCH_LINES = 1_000_000;

/** Written at once: so many lines, or so many characters of them. */
const CHUNK = 500;
const CHUNK_CHARACTERS = 8 * 2 ** 20;

export interface InsertedLines {
  readonly total: number;
  /** Lines that were answered at once: they cannot be asked. */
  readonly failed: number;
}

interface InsertOptions {
  readonly jobId: string;
  readonly now: Date;
  readonly describeFailure: DescribeFailure;
}

/**
 * Writes a batch's lines, numbered from 0. A line that cannot be asked, or repeats another's `custom_id`, is answered with
 * its error at once. Errors: `invalid_request` beyond a million lines.
 */
export async function insertLines(
  session: Queryable,
  lines: AsyncIterable<InputLine> | Iterable<InputLine>,
  options: InsertOptions,
): Promise<InsertedLines> {
  let total = 0;
  let failed = 0;
  let chunk: NumberedLine[] = [];
  let characters = 0;
  const flush = async (): Promise<void> => {
    failed += await insertChunk(session, chunk, options);
    chunk = [];
    characters = 0;
  };
  for await (const line of lines) {
    if (total === BATCH_LINES)
      throw new TramontaneError("invalid_request", `A batch has at most ${BATCH_LINES} requests`);
    chunk.push({ ...line, number: total });
    total += 1;
    characters += line.body.length;
    if (chunk.length === CHUNK || characters >= CHUNK_CHARACTERS) await flush();
  }
  await flush();
  return { total, failed };
}

type NumberedLine = InputLine & { readonly number: number };

async function insertChunk(
  session: Queryable,
  chunk: readonly NumberedLine[],
  options: InsertOptions,
): Promise<number> {
  const good = chunk.filter(({ problem }) => problem === undefined);
  const inserted = await session.query<{ line: number }>(
    `insert into batch_line (job_id, line, custom_id, body) select $1, * from unnest($2::int[], $3::text[], $4::text[])
     on conflict (job_id, custom_id) where body <> '' do nothing returning line`,
    [
      options.jobId,
      good.map(({ number }) => number),
      good.map(({ number, customId }) => customId ?? String(number)),
      good.map(({ body }) => body),
    ],
  );
  const taken = new Set(inserted.map(({ line }) => line));
  const bad = chunk.filter(({ number }) => !taken.has(number));
  for (const line of bad) await insertFailed(session, line, options);
  return bad.length;
}

async function insertFailed(session: Queryable, line: NumberedLine, options: InsertOptions): Promise<void> {
  const { number, customId, problem } = line;
  const message = `Another line has the custom_id "${customId ?? String(number)}"`;
  const error = problem ?? new TramontaneError("validation_failed", message, { field: "custom_id" });
  const { status, response, error: told } = failure(options.describeFailure(error, options.jobId));
  await session.query(
    `insert into batch_line (job_id, line, custom_id, body, status_code, response, error, answered_at)
     values ($1, $2, $3, '', $4, $5, $6, $7)`,
    [options.jobId, number, customId ?? String(number), status, response, told, options.now],
  );
}
