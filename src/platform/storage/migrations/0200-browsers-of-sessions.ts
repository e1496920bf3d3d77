import type { Migration } from "../migrate.ts";

export const browsersOfSessions: Migration = {
  version: 200,
  name: "browsers of sessions",
  sql: `
-- What opened it, such as "Firefox · Linux": so that one knows which of one's sessions to end.
alter table app_session add column browser text;
`,
};
