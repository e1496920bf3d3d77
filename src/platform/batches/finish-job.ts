import type { BatchFault, BatchStatus } from "#protocol";
import type { Files } from "../files/files.ts";
import type { Database } from "../storage/database.ts";
import { outputText } from "./batch-rows.ts";
import type { AnsweredRow, JobRow } from "./batch-rows.ts";

const PAGE = 500;
const TOLD_ERRORS = 20;

interface FinishParts {
  readonly database: Database;
  readonly files: Files;
  readonly now: Date;
  /** Who works on the job: who lost it meanwhile finishes nothing. */
  readonly runner: string;
}

/** Writes what was answered to an output and an error file and closes the job. `status` undefined: as the answers went. */
export async function finishJob(parts: FinishParts, job: JobRow, status: BatchStatus | undefined): Promise<void> {
  const { database, files, now, runner } = parts;
  const { succeeded, failed } = await countLines(database, job.id);
  const output = succeeded > 0 ? await files.produce(resultLines(database, job, "succeeded")) : undefined;
  const errors = failed > 0 ? await files.produce(resultLines(database, job, "failed")) : undefined;
  const isDone = await database.transaction(async (session) => {
    const [mine] = await session.query("select 1 from batch_job where id = $1 and runner = $2 for update", [
      job.id,
      runner,
    ]);
    if (mine === undefined) return false;
    const owner = { organizationId: job.organization_id, workspaceId: job.workspace_id, owner: job.owner };
    const about = { ...owner, purpose: "batch" } as const;
    const name = `batch-${job.id}`;
    const outputFile =
      output &&
      (await files.keepProduced(session, output, {
        ...about,
        sampleType: "batch_result",
        filename: `${name}-output.jsonl`,
      }));
    const errorFile =
      errors &&
      (await files.keepProduced(session, errors, {
        ...about,
        sampleType: "batch_error",
        filename: `${name}-errors.jsonl`,
      }));
    await session.query(
      `update batch_job set status = $2, completed_at = $3, output_file = $4, error_file = $5, errors = $6,
         succeeded_requests = $7, failed_requests = $8, runner = null where id = $1`,
      [
        job.id,
        status ?? (succeeded > 0 ? "SUCCESS" : "FAILED"),
        now,
        outputFile?.id ?? null,
        errorFile?.id ?? null,
        JSON.stringify(await countErrors(database, job.id)),
        succeeded,
        failed,
      ],
    );
    return true;
  });
  if (isDone) return;
  for (const content of [output, errors]) if (content) await files.discard(content);
}

async function countLines(database: Database, jobId: string): Promise<{ succeeded: number; failed: number }> {
  const [row] = await database.query<{ succeeded: number; failed: number }>(
    `select count(*) filter (where error is null)::int as succeeded, count(*) filter (where error is not null)::int as failed
     from batch_line where job_id = $1 and answered_at is not null`,
    [jobId],
  );
  return row!;
}

async function countErrors(database: Database, jobId: string): Promise<BatchFault[]> {
  return await database.query<BatchFault>(
    `select error::jsonb->>'message' as message, error::jsonb->>'type' as type, count(*)::int as count from batch_line
     where job_id = $1 and error is not null group by 1, 2 order by 3 desc, 1 limit ${TOLD_ERRORS}`,
    [jobId],
  );
}

async function* resultLines(
  database: Database,
  job: JobRow,
  which: "succeeded" | "failed",
): AsyncGenerator<Uint8Array> {
  for await (const rows of answeredPages(database, job.id)) {
    const kept = rows.filter(({ error }) => (error === null) === (which === "succeeded"));
    yield Buffer.from(kept.map((row) => `${outputText(job, row)}\n`).join(""));
  }
}

/** Answered lines in their order, some at a time. */
export async function* answeredPages(database: Database, jobId: string): AsyncGenerator<readonly AnsweredRow[]> {
  for (let after = -1; ;) {
    const rows = await database.query<AnsweredRow>(
      `select line, custom_id, status_code, response, error from batch_line
       where job_id = $1 and line > $2 and answered_at is not null order by line limit ${PAGE}`,
      [jobId, after],
    );
    if (rows.length > 0) yield rows;
    if (rows.length < PAGE) return;
    after = rows.at(-1)!.line;
  }
}
