import type { Migration } from "../migrate.ts";

export const operators: Migration = {
  version: 190,
  name: "operators",
  sql: `
-- Runs the installation, beside what the role may do in the organization. Ends with the membership.
alter table membership add column is_operator boolean not null default false;
`,
};
