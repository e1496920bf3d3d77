import type { Migration } from "../migrate.ts";

export const traces: Migration = {
  version: 5,
  name: "how requests went",
  sql: `
alter table usage_event
  add column operation text,
  add column endings text,
  add column duration_ms integer,
  add column first_text_ms integer;
`,
};
