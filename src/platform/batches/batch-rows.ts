import type { BatchEndpoint, BatchFault, BatchJob, BatchOutput, BatchStatus } from "#protocol";
import type { Caller, Scope } from "../tenancy/caller.ts";

/** A caller as a job keeps it. */
export interface StoredCaller {
  readonly keyId: string | null;
  readonly userId: string | null;
  readonly scopes: readonly Scope[];
  readonly models: readonly string[] | null;
}

export interface JobRow {
  readonly id: string;
  readonly organization_id: string;
  readonly workspace_id: string;
  readonly owner: string;
  readonly caller: StoredCaller;
  readonly endpoint: BatchEndpoint;
  readonly model: string | null;
  readonly agent_id: string | null;
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly input_files: readonly string[];
  readonly timeout_hours: number;
  readonly status: BatchStatus;
  readonly is_read: boolean;
  readonly total_requests: number;
  readonly succeeded_requests: number;
  readonly failed_requests: number;
  readonly errors: readonly BatchFault[];
  readonly output_file: string | null;
  readonly error_file: string | null;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly completed_at: Date | null;
}

/** A line that has its answer. */
export interface AnsweredRow {
  readonly line: number;
  readonly custom_id: string;
  readonly status_code: number;
  /** JSON text of the body. */
  readonly response: string;
  readonly error: string | null;
}

export function storeCaller({ keyId, userId, scopes, models }: Caller): StoredCaller {
  return { keyId: keyId ?? null, userId: userId ?? null, scopes: [...scopes], models: models ? [...models] : null };
}

export function callerOf({ organization_id, workspace_id, caller }: JobRow): Caller {
  return {
    organizationId: organization_id,
    workspaceId: workspace_id,
    keyId: caller.keyId ?? undefined,
    userId: caller.userId ?? undefined,
    scopes: new Set(caller.scopes),
    models: caller.models ? new Set(caller.models) : undefined,
  };
}

const seconds = (date: Date | null): number | null => (date === null ? null : Math.floor(date.getTime() / 1000));

export function toBatchJob(row: JobRow, outputs: readonly BatchOutput[] | null = null): BatchJob {
  return {
    id: row.id,
    object: "batch",
    input_files: row.input_files,
    metadata: row.metadata,
    endpoint: row.endpoint,
    model: row.model,
    agent_id: row.agent_id,
    output_file: row.output_file,
    error_file: row.error_file,
    errors: row.errors,
    outputs,
    status: row.status,
    created_at: seconds(row.created_at)!,
    started_at: seconds(row.started_at),
    completed_at: seconds(row.completed_at),
    total_requests: row.total_requests,
    completed_requests: row.succeeded_requests + row.failed_requests,
    succeeded_requests: row.succeeded_requests,
    failed_requests: row.failed_requests,
  };
}

/** One line of results as JSON text; the stored body is passed on untouched. */
export function outputText(job: JobRow, row: AnsweredRow): string {
  const source = job.input_files[0] ?? job.id;
  const id = `batch-${job.id.slice(0, 8)}-${source.slice(0, 8)}-${row.line}`;
  const head = `{"id":${JSON.stringify(id)},"custom_id":${JSON.stringify(row.custom_id)}`;
  return `${head},"response":{"status_code":${row.status_code},"body":${row.response}},"error":${row.error ?? "null"}}`;
}
