import type { Migration } from "../migrate.ts";

export const limits: Migration = {
  version: 3,
  name: "limits and hourly usage",
  sql: `
create table limit_rule (
  id uuid primary key,
  organization_id uuid not null references organization,
  scope text not null check (scope in ('organization', 'workspace', 'key')),
  scope_id uuid not null,
  model text,
  requests_per_second double precision check (requests_per_second > 0),
  tokens_per_minute bigint check (tokens_per_minute > 0),
  tokens_per_month bigint check (tokens_per_month >= 0),
  concurrent_requests integer check (concurrent_requests > 0),
  unique nulls not distinct (scope, scope_id, model)
);
create index limit_rule_organization on limit_rule (organization_id);

-- What each key used of each model in each hour; written with the events, in the same transaction.
create table usage_hour (
  organization_id uuid not null references organization,
  workspace_id uuid not null,
  api_key_id uuid,
  model text not null,
  mode text not null,
  price_list_id uuid references price_list,
  discount_basis_points integer not null,
  hour timestamptz not null,
  requests bigint not null,
  prompt_tokens bigint not null,
  cached_tokens bigint not null,
  output_tokens bigint not null,
  amount numeric(38, 0) not null,
  unique nulls not distinct
    (organization_id, hour, workspace_id, api_key_id, model, mode, price_list_id, discount_basis_points)
);
`,
};
