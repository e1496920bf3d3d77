import type { SchemaFunction } from "../schema-functions.ts";

/** The one order in which balances are locked. */
export const lockBalances: SchemaFunction = {
  name: "lock_balances",
  revision: 1,
  sql: `
-- Locks the balances of these organisations in the order of their ids, making those that are not there yet.
create or replace function lock_balances(ids uuid[]) returns setof balance language plpgsql as $$
declare
  found_rows balance[];
begin
  select array_agg(b) into found_rows
    from (select * from balance where organization_id = any(ids) order by organization_id for update) b;
  if coalesce(cardinality(found_rows), 0) < cardinality(ids) then
    insert into balance (organization_id) select unnest(ids) on conflict do nothing;
    select array_agg(b) into found_rows
      from (select * from balance where organization_id = any(ids) order by organization_id for update) b;
  end if;
  return query select * from unnest(found_rows);
end $$;
`,
};
