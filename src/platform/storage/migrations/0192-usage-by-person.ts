import type { Migration } from "../migrate.ts";

/** Who asked, where it was somebody signed in: of a request, of its event, and of the hour's sums. */
export const usageByPerson: Migration = {
  version: 192,
  name: "usage is known by person",
  sql: `
alter table usage_intent add column user_id uuid;
alter table usage_event add column user_id uuid;
alter table usage_hour add column user_id uuid;
-- Its name is what the server made of its columns.
do $$
begin
  execute (select format('alter table usage_hour drop constraint %I', conname)
    from pg_constraint where conrelid = 'usage_hour'::regclass and contype = 'u');
end $$;
alter table usage_hour add unique nulls not distinct
  (organization_id, hour, workspace_id, api_key_id, user_id, model, mode, price_list_id, discount_basis_points);
`,
  formerly: "e55b9b4bbdcbecea07f609fb7ca177ac8e95036bee1553b3ee5aea6d79f5eed9",
};
