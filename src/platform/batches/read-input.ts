import { TramontaneError } from "#base";
import type { Clock } from "#base";
import type { Files } from "../files/files.ts";
import type { Database } from "../storage/database.ts";
import { callerOf } from "./batch-rows.ts";
import type { JobRow } from "./batch-rows.ts";
import { insertLines } from "./insert-lines.ts";
import type { DescribeFailure } from "./line-answer.ts";
import { readLines } from "./line-input.ts";
import type { InputLine } from "./line-input.ts";

interface ReadParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly files: Files;
  readonly describeFailure: DescribeFailure;
}

/** Turns a batch's input files into its lines: all of them or, when the process dies, none. */
export async function readInput({ database, clock, files, describeFailure }: ReadParts, job: JobRow): Promise<void> {
  const now = new Date(clock.nowMs());
  await database.transaction(async (session) => {
    const { total, failed } = await insertLines(session, inputOf(files, job), { jobId: job.id, now, describeFailure });
    await session.query(
      "update batch_job set is_read = true, total_requests = $2, failed_requests = $3 where id = $1",
      [job.id, total, failed],
    );
  });
}

async function* inputOf(files: Files, job: JobRow): AsyncGenerator<InputLine> {
  for (const id of job.input_files) {
    const file = await files.read(callerOf(job), id).catch(() => undefined);
    // Deleted or expired since the batch was made.
    if (file) yield* readLines(file.content);
    else yield { customId: undefined, body: "", problem: new TramontaneError("not_found", `The file ${id} is gone`) };
  }
}
