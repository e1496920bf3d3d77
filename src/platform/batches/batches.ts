import { TramontaneError } from "#base";
import type { Clock } from "#base";
import { BATCH_ENDPOINTS } from "#protocol";
import type { BatchEndpoint, BatchJob, BatchList, BatchOutput, CreateBatch, FileObject } from "#protocol";
import type { Agents } from "../agents/agents.ts";
import type { Files } from "../files/files.ts";
import type { Database } from "../storage/database.ts";
import { actorOf, requireScope } from "../tenancy/caller.ts";
import type { Caller } from "../tenancy/caller.ts";
import { isUuid, uuidv7 } from "../uuid.ts";
import type { BatchRunner } from "./batch-runner.ts";
import { outputText, storeCaller, toBatchJob } from "./batch-rows.ts";
import type { JobRow } from "./batch-rows.ts";
import { answeredPages } from "./finish-job.ts";
import { BATCH_LINES, insertLines } from "./insert-lines.ts";
import type { DescribeFailure } from "./line-answer.ts";

export interface BatchesParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly files: Files;
  readonly agents: Agents;
  readonly runner: BatchRunner;
  readonly describeFailure: DescribeFailure;
}

export interface BatchQuery {
  readonly page: number;
  readonly pageSize: number;
  readonly model: string | undefined;
  readonly agentId: string | undefined;
  readonly statuses: readonly string[] | undefined;
  readonly metadata: Readonly<Record<string, unknown>> | undefined;
  readonly createdAfter: Date | undefined;
  readonly createdByMe: boolean;
  readonly oldestFirst: boolean;
}

/** Requests a workspace may have waiting. */
const WAITING_REQUESTS = 1_000_000;
const DEFAULT_TIMEOUT_HOURS = 24;

/** A workspace's batches. Every method needs the scope `jobs` of its caller. */
export class Batches {
  readonly #parts: BatchesParts;

  constructor(parts: BatchesParts) {
    this.#parts = parts;
  }

  /** Durable when it resolves. Errors: `invalid_request`, `not_found` for a file or an agent, `not_available_yet`, `rate_limited`. */
  async create(caller: Caller, wanted: CreateBatch): Promise<BatchJob> {
    requireScope(caller, "jobs");
    requireScope(caller, "inference");
    const endpoint = endpointOf(wanted);
    if (wanted.agent_id) await this.#parts.agents.get(caller, wanted.agent_id);
    const files = await this.#inputFiles(caller, wanted);
    const total = wanted.requests?.length ?? files.reduce((sum, file) => sum + (file.num_lines ?? 0), 0);
    await this.#checkRoom(caller, total);
    const { database, clock, describeFailure } = this.#parts;
    const now = new Date(clock.nowMs());
    const id = uuidv7(now.getTime());
    const isInline = files.length === 0;
    const row = await database.transaction(async (session) => {
      const [made] = await session.query<JobRow>(
        `insert into batch_job (id, organization_id, workspace_id, owner, caller, endpoint, model, agent_id, metadata,
           input_files, timeout_hours, status, is_read, total_requests, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'QUEUED', $12, $13, $14) returning *`,
        [
          id,
          caller.organizationId,
          caller.workspaceId,
          actorOf(caller),
          JSON.stringify(storeCaller(caller)),
          endpoint,
          wanted.model ?? null,
          wanted.agent_id ?? null,
          wanted.metadata ? JSON.stringify(wanted.metadata) : null,
          files.map((file) => file.id),
          wanted.timeout_hours ?? DEFAULT_TIMEOUT_HOURS,
          isInline,
          total,
          now,
        ],
      );
      const lines = (wanted.requests ?? []).map(({ custom_id: customId, body }) => ({
        customId: customId ?? undefined,
        body: JSON.stringify(body),
        problem: undefined,
      }));
      await insertLines(session, lines, { jobId: id, now, describeFailure });
      return made!;
    });
    this.#parts.runner.wake();
    return toBatchJob(row);
  }

  /** With `outputs`: every line answered so far, also of a batch that is still running. Errors: `not_found`. */
  async get(caller: Caller, id: string, inline: boolean | undefined): Promise<BatchJob> {
    const row = await this.#row(caller, id);
    const wantsOutputs = inline ?? (row.input_files.length === 0 && row.completed_at !== null);
    return toBatchJob(row, wantsOutputs ? await this.#outputs(row) : null);
  }

  async list(caller: Caller, query: BatchQuery): Promise<BatchList> {
    requireScope(caller, "jobs");
    const where = `workspace_id = $1 and ($2::text is null or model = $2) and ($3::text is null or agent_id = $3)
      and ($4::text[] is null or status = any($4)) and ($5::jsonb is null or metadata @> $5)
      and ($6::timestamptz is null or created_at > $6) and ($7::text is null or owner = $7)`;
    const values = [
      caller.workspaceId,
      query.model ?? null,
      query.agentId ?? null,
      query.statuses ?? null,
      query.metadata ? JSON.stringify(query.metadata) : null,
      query.createdAfter ?? null,
      query.createdByMe ? actorOf(caller) : null,
    ];
    const order = query.oldestFirst ? "created_at, id" : "created_at desc, id desc";
    const { database } = this.#parts;
    const rows = await database.query<JobRow>(
      `select * from batch_job where ${where} order by ${order} limit $8 offset $9`,
      [...values, query.pageSize, query.page * query.pageSize],
    );
    const sql = `select count(*)::int as total from batch_job where ${where}`;
    const [count] = await database.query<{ total: number }>(sql, values);
    return { object: "list", data: rows.map((row) => toBatchJob(row)), total: count!.total };
  }

  /** Asks a batch to stop; what is answered by then is kept. Errors: `not_found`, `conflict` when it has ended. */
  async cancel(caller: Caller, id: string): Promise<BatchJob> {
    const { id: found } = await this.#row(caller, id);
    const [row] = await this.#parts.database.query<JobRow>(
      "update batch_job set status = 'CANCELLATION_REQUESTED' where id = $1 and completed_at is null returning *",
      [found],
    );
    if (!row) throw new TramontaneError("conflict", "This batch has ended already", { field: "job_id" });
    this.#parts.runner.cancel(found);
    return toBatchJob(row);
  }

  /** Removes a batch that has ended; its result files stay. Errors: `not_found`, `conflict` while it runs. */
  async remove(caller: Caller, id: string): Promise<void> {
    const { id: found } = await this.#row(caller, id);
    const sql = "delete from batch_job where id = $1 and completed_at is not null returning id";
    const removed = await this.#parts.database.query(sql, [found]);
    if (removed.length > 0) return;
    throw new TramontaneError("conflict", "This batch has not ended yet", {
      field: "job_id",
      hint: "Cancel it first.",
    });
  }

  async #outputs(row: JobRow): Promise<BatchOutput[]> {
    const outputs: BatchOutput[] = [];
    for await (const page of answeredPages(this.#parts.database, row.id)) {
      outputs.push(...page.map((line) => JSON.parse(outputText(row, line)) as BatchOutput));
    }
    return outputs;
  }

  async #inputFiles(caller: Caller, { input_files: ids, requests }: CreateBatch): Promise<FileObject[]> {
    if (ids && requests) throw refusal("Give input_files or requests, not both", "requests");
    if (!ids && !requests) throw refusal("Give input_files or requests", "requests");
    const files = await Promise.all((ids ?? []).map((id) => this.#parts.files.get(caller, id)));
    const wrong = files.find((file) => file.purpose !== "batch");
    if (wrong) throw refusal(`The file ${wrong.id} is not of purpose 'batch' but '${wrong.purpose}'`, "input_files");
    return files;
  }

  async #checkRoom(caller: Caller, total: number): Promise<void> {
    if (total > BATCH_LINES) throw refusal(`A batch has at most ${BATCH_LINES} requests, not ${total}`, "input_files");
    const [row] = await this.#parts.database.query<{ waiting: string | null }>(
      `select sum(total_requests - succeeded_requests - failed_requests) as waiting from batch_job
       where workspace_id = $1 and completed_at is null`,
      [caller.workspaceId],
    );
    if (Number(row?.waiting ?? 0) + total <= WAITING_REQUESTS) return;
    const message = `A workspace may have ${WAITING_REQUESTS} batch requests waiting`;
    throw new TramontaneError("rate_limited", message, { hint: "Wait for earlier batches to end, or cancel some." });
  }

  async #row(caller: Caller, id: string): Promise<JobRow> {
    requireScope(caller, "jobs");
    const sql = "select * from batch_job where workspace_id = $1 and id = $2";
    const [row] = isUuid(id) ? await this.#parts.database.query<JobRow>(sql, [caller.workspaceId, id]) : [];
    if (row) return row;
    throw new TramontaneError("not_found", `No batch has the id ${id.slice(0, 64)}`, { field: "job_id" });
  }
}

function endpointOf({ endpoint, agent_id: agentId, model }: CreateBatch): BatchEndpoint {
  const found = BATCH_ENDPOINTS.find((known) => known === endpoint);
  if (agentId && model) throw refusal("The agent says which model answers: leave `model` out", "model");
  if (agentId && found !== "/v1/chat/completions") {
    throw refusal("Agents answer batches of /v1/chat/completions only", "endpoint");
  }
  if (found) return found;
  throw new TramontaneError("not_available_yet", `Batches for ${endpoint} are not available yet`, {
    field: "endpoint",
    hint: `Available: ${BATCH_ENDPOINTS.join(", ")}.`,
  });
}

function refusal(message: string, field: string): TramontaneError {
  return new TramontaneError("invalid_request", message, { field });
}
