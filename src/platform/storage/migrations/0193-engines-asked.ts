import type { Migration } from "../migrate.ts";
import { usageByPerson } from "./0192-usage-by-person.ts";

/** `write_usage` as migration 192 made it, with one column more. */
const [, WRITE_USAGE] = usageByPerson.sql.split("-- intents, settles, progress:");
const WITH_ATTEMPTS = `-- intents, settles, progress:${WRITE_USAGE}`
  .replace("prefill_ms, decode_ms, form_ms)", "prefill_ms, decode_ms, form_ms, attempts)")
  .replace("prefill, decode, form\n", "prefill, decode, form, attempts\n")
  .replace("decode integer, form integer)", "decode integer, form integer, attempts json)");

export const enginesAsked: Migration = {
  version: 193,
  name: "which engines a request was sent to",
  sql: `
-- Of a model on other servers: [{host, outcome, ms}] in order; null for a model of this one.
alter table usage_event add column attempts json;

${WITH_ATTEMPTS}`,
};
