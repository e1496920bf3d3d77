import type { Migration } from "../migrate.ts";

export const modelPulls: Migration = {
  version: 186,
  name: "model pulls",
  sql: `
create table model_pull (
  id uuid primary key,
  model text not null,
  -- Null: the file is here, and is only to be loaded.
  url text,
  sha256 text,
  step text not null,
  done_bytes bigint not null default 0,
  total_bytes bigint,
  -- Of the step, where it has no bytes.
  fraction real not null default 0,
  is_verified boolean,
  problem_code text,
  problem text,
  hint text,
  asked_by text not null,
  created_at timestamptz not null,
  ended_at timestamptz,
  -- Why it ended, or is about to.
  outcome text,
  -- The process that works on it, and when it last said so.
  runner uuid,
  runner_seen_at timestamptz
);
create unique index model_pull_open on model_pull (model) where ended_at is null;
create index model_pull_newest on model_pull (created_at desc);
`,
};
