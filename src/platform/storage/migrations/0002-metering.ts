import type { Migration } from "../migrate.ts";

export const metering: Migration = {
  version: 2,
  name: "metering",
  sql: `
-- Rounds to whole numbers, halves to the even one; the same rule as money.ts, written a second time so that verification is independent.
create function half_even(value numeric) returns numeric language sql immutable as $$
  select case when value - floor(value) = 0.5 then 2 * round(value / 2) else round(value) end
$$;

create table price_list (
  id uuid primary key,
  name text not null,
  currency char(3) not null,
  valid_from timestamptz not null,
  unique (name, valid_from)
);
create table price_item (
  price_list_id uuid not null references price_list,
  model text not null,
  mode text not null check (mode in ('standard', 'batch')),
  input_pico bigint not null check (input_pico >= 0),
  cached_input_pico bigint not null check (cached_input_pico >= 0),
  output_pico bigint not null check (output_pico >= 0),
  commitment_eligible boolean not null default true,
  primary key (price_list_id, model, mode)
);
create trigger price_list_fixed before update or delete on price_list for each row execute function refuse_change();
create trigger price_item_fixed before update or delete on price_item for each row execute function refuse_change();

-- One row per organisation: the lock that orders its money, and running totals that verification recomputes.
create table balance (
  organization_id uuid primary key references organization,
  price_list text,
  discount_basis_points integer not null default 0 check (discount_basis_points between 0 and 10000),
  when_credit_ends text not null default 'overage' check (when_credit_ends in ('stop', 'overage')),
  sequence bigint not null default 0,
  spent bigint not null default 0,
  reserved bigint not null default 0,
  credit bigint not null default 0,
  uncovered bigint not null default 0,
  posted_sequence bigint not null default 0
);
create table budget (
  id uuid primary key,
  organization_id uuid not null references organization,
  scope text not null check (scope in ('organization', 'workspace', 'key')),
  scope_id uuid not null,
  period text not null check (period in ('month', 'total')),
  cap bigint not null check (cap >= 0),
  at_cap text not null check (at_cap in ('stop', 'warn', 'overage')),
  period_start timestamptz not null,
  spent bigint not null default 0,
  reserved bigint not null default 0,
  warned_at timestamptz,
  unique (scope, scope_id, period)
);
create index budget_organization on budget (organization_id);

create table gateway_instance (
  id uuid primary key,
  host text not null,
  started_at timestamptz not null,
  seen_at timestamptz not null
);
create table usage_intent (
  request_id uuid primary key,
  organization_id uuid not null references organization,
  workspace_id uuid not null,
  api_key_id uuid,
  model text not null,
  mode text not null,
  price_list_id uuid references price_list,
  discount_basis_points integer not null,
  estimate bigint not null,
  prompt_tokens integer not null,
  output_tokens integer not null default 0,
  instance_id uuid not null,
  created_at timestamptz not null
);
create index usage_intent_instance on usage_intent (instance_id);
create table usage_event (
  request_id uuid not null,
  attempt integer not null,
  organization_id uuid not null references organization,
  sequence bigint not null,
  workspace_id uuid not null,
  api_key_id uuid,
  model text not null,
  mode text not null,
  prompt_tokens integer not null,
  cached_tokens integer not null,
  output_tokens integer not null,
  amount bigint not null check (amount >= 0),
  outcome text not null check (outcome in ('completed', 'partial', 'failed', 'recovered')),
  estimated boolean not null,
  price_list_id uuid references price_list,
  discount_basis_points integer not null,
  at timestamptz not null,
  primary key (request_id, attempt),
  unique (organization_id, sequence)
);
create unique index usage_event_billed_once on usage_event (request_id) where outcome <> 'failed';
create index usage_event_time on usage_event using brin (at);
create trigger usage_event_append_only before update or delete on usage_event for each row execute function refuse_change();
`,
};
