import type { Migration } from "../migrate.ts";

export const sessions: Migration = {
  version: 7,
  name: "sessions belong to an organisation",
  sql: `
delete from user_session;
alter table user_session add column organization_id uuid not null references organization;
create index user_session_user on user_session (user_id);
`,
};
