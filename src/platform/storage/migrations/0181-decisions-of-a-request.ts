import type { Migration } from "../migrate.ts";

export const decisionsOfARequest: Migration = {
  version: 181,
  name: "a request's policy decisions are found by its id",
  sql: `create index policy_decision_request on policy_decision (request_id);`,
};
