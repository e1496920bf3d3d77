import type { SchemaFunction } from "../schema-functions.ts";

/** What a model costs, for whoever recomputes or itemizes it; `PriceLists` says the same. */
export const priceOf: SchemaFunction = {
  name: "price_of",
  revision: 1,
  sql: `
-- The price of a model in a version of a price list; none: it is free. What is named MODEL:NAME without a price of its own, such
-- as a model under an adapter, costs what MODEL costs.
create or replace function price_of(list uuid, wanted_model text, wanted_mode text) returns setof price_item
language sql stable as $$
  select * from price_item where price_list_id = list and mode = wanted_mode
    and model in (wanted_model, substring(wanted_model from '^(.*):[^:]+$')) order by length(model) desc limit 1
$$;
`,
};
