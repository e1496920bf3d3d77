import type { Migration } from "../migrate.ts";

/** A budget may be for one model. */
export const budgetsOfModels: Migration = {
  version: 206,
  name: "budgets of one model",
  sql: `
-- Null: all models together.
alter table budget add column model text;
-- Its name is what the server made of its columns.
do $$
begin
  execute (select format('alter table budget drop constraint %I', conname)
    from pg_constraint where conrelid = 'budget'::regclass and contype = 'u');
end $$;
alter table budget add unique nulls not distinct (scope, scope_id, model, period);
`,
  formerly: "71fafae16607022f77f62fc879c2db3152b6581369239ef4ed5a579f872fc21c",
};
