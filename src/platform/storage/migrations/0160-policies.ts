import type { Migration } from "../migrate.ts";

export const policies: Migration = {
  version: 160,
  name: "policies",
  sql: `
create table policy (
  workspace_id uuid primary key references workspace,
  organization_id uuid not null references organization,
  -- JSON as it was given; text, because order matters to whoever compares.
  draft text,
  draft_updated_at timestamptz,
  draft_updated_by text,
  published integer
);
create table policy_version (
  workspace_id uuid not null references policy on delete cascade,
  version integer not null,
  definition text not null,
  note text,
  -- The version it repeats, when it was a roll-back.
  repeats integer,
  published_at timestamptz not null,
  published_by text not null,
  primary key (workspace_id, version)
);
create table policy_decision (
  id uuid primary key,
  workspace_id uuid not null references workspace,
  at timestamptz not null,
  request_id uuid not null,
  -- Who asked: key:ID or user:ID.
  actor text not null,
  stage text not null,
  -- refuse, warn, log; or failed_open, failed_closed: it could not be judged.
  outcome text not null,
  version integer not null,
  rule_id text,
  rule_number integer,
  rule_text text,
  category text,
  score double precision,
  threshold double precision,
  model text not null,
  latency_ms double precision not null,
  -- Only where the administrator asked for it.
  excerpt text,
  verdict text,
  reviewed_by text,
  reviewed_at timestamptz
);
create index policy_decision_workspace on policy_decision (workspace_id, id desc);
create index policy_decision_rule on policy_decision (workspace_id, rule_id, id desc);
`,
};
