import type { Migration } from "../migrate.ts";

export const whereTheTimeWent: Migration = {
  version: 171,
  name: "where a request's time went",
  sql: `
alter table usage_event
  add column queue_ms integer,
  add column prefill_ms integer,
  add column decode_ms integer,
  add column form_ms integer;
`,
};
