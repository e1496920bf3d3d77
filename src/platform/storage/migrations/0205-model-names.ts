import type { Migration } from "../migrate.ts";

/** A workspace's own names for models. */
export const modelNames: Migration = {
  version: 205,
  name: "a workspace's own names for models",
  sql: `
create table model_name (
  workspace_id uuid not null references workspace on delete cascade,
  organization_id uuid not null references organization,
  name text not null,
  -- A name that is served here, or will be.
  model text not null,
  primary key (workspace_id, name)
);
`,
};
