import type { Migration } from "../migrate.ts";

export const peopleInTheApp: Migration = {
  version: 170,
  name: "people sign in to the app",
  sql: `
-- A member's session of the app: it holds as long as the membership, and may do what the role may.
alter table app_session add column user_id uuid references app_user;
create index app_session_user on app_session (user_id) where user_id is not null;
`,
};
