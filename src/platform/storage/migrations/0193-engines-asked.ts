import type { Migration } from "../migrate.ts";

export const enginesAsked: Migration = {
  version: 193,
  name: "which engines a request was sent to",
  sql: `
-- Of a model on other servers: [{host, outcome, ms}] in order; null for a model of this one.
alter table usage_event add column attempts json;
`,
  formerly: "d372739b629c3b85b3c6e1372d4ac2735567d5844c7286bb58e956d29322d745",
};
