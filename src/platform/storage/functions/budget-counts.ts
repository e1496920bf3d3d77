import type { SchemaFunction } from "../schema-functions.ts";

/** What a budget is about, for those who write it and those who verify it. */
export const budgetCounts: SchemaFunction = {
  name: "budget_counts",
  revision: 1,
  sql: `
-- Whether a budget counts what this spender spends on this model.
create or replace function budget_counts(b budget, organization uuid, workspace uuid, key uuid, wanted_model text) returns boolean
language sql immutable as $$
  select b.organization_id = organization and (b.model is null or b.model = wanted_model)
    and case b.scope when 'organization' then true when 'workspace' then b.scope_id = workspace
      else b.scope_id is not distinct from key end
$$;
`,
};
