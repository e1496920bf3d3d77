import type { Migration } from "../migrate.ts";

/** Who may enter a workspace besides those whom every one of the organisation's is open to. */
export const membersOfWorkspaces: Migration = {
  version: 210,
  name: "members of workspaces",
  sql: `
create table workspace_member (
  workspace_id uuid not null references workspace on delete cascade,
  user_id uuid not null,
  organization_id uuid not null,
  created_at timestamptz not null,
  primary key (workspace_id, user_id),
  -- Who leaves the organisation leaves its workspaces, and does not come back into them by joining anew.
  foreign key (user_id, organization_id) references membership on delete cascade
);
`,
};
