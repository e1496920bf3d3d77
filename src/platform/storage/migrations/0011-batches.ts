import type { Migration } from "../migrate.ts";

export const batches: Migration = {
  version: 11,
  name: "batches",
  sql: `
create table batch_job (
  id uuid primary key,
  organization_id uuid not null references organization,
  workspace_id uuid not null references workspace,
  owner text not null,
  -- On whose behalf the lines are asked: what the maker's key allowed when the batch was made.
  caller jsonb not null,
  endpoint text not null,
  model text,
  agent_id text,
  metadata jsonb,
  input_files uuid[] not null,
  timeout_hours integer not null,
  status text not null,
  -- Whether the lines of the input files are in batch_line.
  is_read boolean not null,
  total_requests integer not null,
  succeeded_requests integer not null default 0,
  failed_requests integer not null default 0,
  errors jsonb not null default '[]',
  output_file uuid,
  error_file uuid,
  created_at timestamptz not null,
  started_at timestamptz,
  completed_at timestamptz,
  -- The process that works on it, and when it last said so.
  runner uuid,
  runner_seen_at timestamptz
);
create index batch_job_workspace on batch_job (workspace_id, created_at desc, id desc);
create index batch_job_open on batch_job (created_at) where completed_at is null;
create table batch_line (
  job_id uuid not null references batch_job on delete cascade,
  line integer not null,
  custom_id text not null,
  body text not null,
  request_id uuid,
  status_code integer,
  response text,
  error text,
  answered_at timestamptz,
  primary key (job_id, line)
);
-- A line without a body could not be read, or repeats another's id: it was answered with its error at once.
create unique index batch_line_custom_id on batch_line (job_id, custom_id) where body <> '';
create index batch_line_waiting on batch_line (job_id, line) where answered_at is null;
`,
};
