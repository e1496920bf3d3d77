import { setTimeout as sleep } from "node:timers/promises";
import { TramontaneError } from "#base";
import type { Clock } from "#base";
import type { Call } from "../inference/call.ts";
import type { StoreTogether } from "../metering/usage-operation.ts";
import type { Database } from "../storage/database.ts";
import { uuidv7 } from "../uuid.ts";
import { callerOf } from "./batch-rows.ts";
import type { JobRow } from "./batch-rows.ts";
import { failure, success } from "./line-answer.ts";
import type { AskedWith, DescribeFailure, LineAnswer, LineAnswerer } from "./line-answer.ts";
import type { LineGate } from "./line-gate.ts";

export interface AskParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly gate: LineGate;
  readonly answer: LineAnswerer;
  readonly describeFailure: DescribeFailure;
}

export interface WaitingLine {
  readonly line: number;
  readonly body: string;
}

/** What passes by itself: the engine restarts, the queue empties, the store comes back. */
const PASSING: ReadonlySet<string> = new Set(["engine_unavailable", "engine_crashed", "overloaded", "rate_limited"]);
/** Pauses before asking again; together about a minute. */
const PAUSES_MS = [1000, 2000, 4000, 8000, 16_000, 32_000];
const STORE_PAUSE_MS = 1000;

/** Asks one line and stores its answer, success or failure. What `signal` interrupts stays unanswered and unpaid. */
export async function askLine(parts: AskParts, job: JobRow, line: WaitingLine, signal: AbortSignal): Promise<void> {
  for (const pauseMs of [...PAUSES_MS, undefined]) {
    const requestId = uuidv7(parts.clock.nowMs());
    const call: Call = { requestId, caller: callerOf(job), dialect: "mistral", signal };
    const asked = await ask(parts, job, line, call);
    if (signal.aborted) return await parts.gate.release(requestId);
    if (asked.ok) return await keep(parts, job, line, { requestId, answer: success(asked.body) });
    await parts.gate.release(requestId);
    if (pauseMs === undefined || !isPassing(asked.error)) {
      return await keep(parts, job, line, {
        requestId,
        answer: failure(parts.describeFailure(asked.error, requestId)),
      });
    }
    await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => {});
    if (signal.aborted) return;
  }
}

type Asked = { readonly ok: true; readonly body: unknown } | { readonly ok: false; readonly error: unknown };

function askedWith({ model, agent_id: agentId }: JobRow): AskedWith {
  return { model: model ?? undefined, agentId: agentId ?? undefined };
}

async function ask({ answer }: AskParts, job: JobRow, { body }: WaitingLine, call: Call): Promise<Asked> {
  try {
    return { ok: true, body: await answer(JSON.parse(body), call, askedWith(job)) };
  } catch (error) {
    return { ok: false, error };
  }
}

interface Answered {
  readonly requestId: string;
  readonly answer: LineAnswer;
}

/** Stores an answer with its charge. When the store does not take it, the meter goes on trying; so we wait. */
async function keep(parts: AskParts, job: JobRow, { line }: WaitingLine, answered: Answered): Promise<void> {
  const item: AnsweredLine = { jobId: job.id, line, at: new Date(parts.clock.nowMs()), ...answered };
  try {
    const isCharged = await parts.gate.settle(answered.requestId, { store: storeAnswers, item });
    if (!isCharged) await storeAnswers(parts.database, [item]);
  } catch {
    await untilAnswered(parts.database, job.id, line);
  }
}

interface AnsweredLine extends Answered {
  readonly jobId: string;
  readonly line: number;
  readonly at: Date;
}

/** Stores the answers of lines that have none yet, and counts them. */
const storeAnswers: StoreTogether = async (session, given) => {
  const items = given as readonly AnsweredLine[];
  const stored = await session.query<{ request_id: string }>(
    `with told as (
       select * from unnest($1::uuid[], $2::integer[], $3::uuid[], $4::integer[], $5::text[], $6::text[], $7::timestamptz[])
         as told(job_id, line, request_id, status_code, response, error, at)
     ), stored as (
       update batch_line l set request_id = told.request_id, status_code = told.status_code, response = told.response,
         error = told.error, answered_at = told.at
       from told where l.job_id = told.job_id and l.line = told.line and l.answered_at is null
       returning l.job_id, l.request_id, l.error
     ), counted as (
       update batch_job j set succeeded_requests = j.succeeded_requests + c.succeeded,
         failed_requests = j.failed_requests + c.failed
       from (select job_id, count(*) filter (where error is null) as succeeded,
               count(*) filter (where error is not null) as failed from stored group by job_id) c
       where j.id = c.job_id
     ) select request_id from stored`,
    [
      items.map(({ jobId }) => jobId),
      items.map(({ line }) => line),
      items.map(({ requestId }) => requestId),
      items.map(({ answer }) => answer.status),
      items.map(({ answer }) => answer.response),
      items.map(({ answer }) => answer.error),
      items.map(({ at }) => at),
    ],
  );
  const ids = new Set(stored.map(({ request_id: id }) => id));
  return new Set(items.filter(({ requestId }) => ids.has(requestId)));
};

/** The meter repeats a settlement that failed until it is written. Gives up after a minute: the line is then asked again. */
async function untilAnswered(database: Database, jobId: string, line: number): Promise<void> {
  const sql = "select 1 from batch_line where job_id = $1 and line = $2 and answered_at is not null";
  for (let tries = 0; tries < 60; tries += 1) {
    await sleep(STORE_PAUSE_MS, undefined, { ref: false });
    const rows = await database.query(sql, [jobId, line]).catch(() => []);
    if (rows.length > 0) return;
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof TramontaneError && PASSING.has(error.code);
}
