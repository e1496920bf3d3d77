import type { Migration } from "../migrate.ts";

export const agents: Migration = {
  version: 12,
  name: "agents",
  sql: `
create table agent (
  id text primary key,
  organization_id uuid not null references organization,
  workspace_id uuid not null references workspace,
  owner text not null,
  version integer not null,
  deployment_chat boolean not null default false,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index agent_workspace on agent (workspace_id, created_at desc, id desc);
create table agent_version (
  agent_id text not null references agent on delete cascade,
  version integer not null,
  -- JSON as it was given; text, because it may hold characters that jsonb refuses.
  definition text not null,
  created_at timestamptz not null,
  primary key (agent_id, version)
);
create table conversation (
  id text primary key,
  organization_id uuid not null references organization,
  workspace_id uuid not null references workspace,
  owner text not null,
  settings text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index conversation_workspace on conversation (workspace_id, created_at desc, id desc);
create table conversation_entry (
  conversation_id text not null references conversation on delete cascade,
  position integer not null,
  id text not null,
  entry text not null,
  primary key (conversation_id, position)
);
`,
};
