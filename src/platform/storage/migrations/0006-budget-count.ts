import type { Migration } from "../migrate.ts";

export const budgetCount: Migration = {
  version: 6,
  name: "how many budgets an organisation has",
  sql: `
-- Read with the lock on the balance: most organisations have none, and need not be asked.
alter table balance add column budgets integer not null default 0;
update balance set budgets = (select count(*) from budget where budget.organization_id = balance.organization_id);
`,
};
