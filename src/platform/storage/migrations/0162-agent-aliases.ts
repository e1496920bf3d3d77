import type { Migration } from "../migrate.ts";

export const agentAliases: Migration = {
  version: 162,
  name: "agent_aliases",
  sql: `
create table agent_alias (
  agent_id text not null references agent on delete cascade,
  alias text not null,
  version integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (agent_id, alias)
);
`,
};
