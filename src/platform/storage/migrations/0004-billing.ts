import type { Migration } from "../migrate.ts";

export const billing: Migration = {
  version: 4,
  name: "billing",
  sql: `
-- Double entry. Debits are positive; every transaction sums to zero. Amounts are pico-units.
create table account (
  id uuid primary key,
  organization_id uuid not null references organization,
  kind text not null check (kind in
    ('unbilled_usage', 'revenue', 'credit', 'promotion', 'receivable', 'breakage', 'rounding')),
  reference uuid,
  balance numeric(38, 0) not null default 0,
  unique nulls not distinct (organization_id, kind, reference)
);
create table journal_transaction (
  id uuid primary key,
  organization_id uuid not null references organization,
  idempotency_key text not null,
  reason text not null,
  through_sequence bigint,
  at timestamptz not null,
  unique (organization_id, idempotency_key)
);
create table journal_entry (
  transaction_id uuid not null references journal_transaction,
  account_id uuid not null references account,
  amount numeric(38, 0) not null check (amount <> 0),
  primary key (transaction_id, account_id)
);
create index journal_entry_account on journal_entry (account_id);
create function transaction_sums_to_zero() returns trigger language plpgsql as $$
begin
  if (select sum(amount) from journal_entry where transaction_id = new.transaction_id) <> 0 then
    raise exception 'journal transaction % does not sum to zero', new.transaction_id using errcode = '23514';
  end if;
  return null;
end $$;
create constraint trigger journal_entry_balances after insert on journal_entry
  deferrable initially deferred for each row execute function transaction_sums_to_zero();
create trigger journal_transaction_append_only before update or delete on journal_transaction
  for each row execute function refuse_change();
create trigger journal_entry_append_only before update or delete on journal_entry
  for each row execute function refuse_change();

-- The last event of each month, decided once: later events of that month belong to the next invoice.
create table usage_cut (
  organization_id uuid not null references organization,
  month date not null,
  sequence bigint not null,
  primary key (organization_id, month)
);

create table credit_grant (
  id uuid primary key,
  organization_id uuid not null references organization,
  amount numeric(38, 0) not null check (amount > 0),
  source text not null check (source in ('purchase', 'promotion', 'shortfall')),
  priority integer not null,
  expires_at timestamptz,
  expired_at timestamptz,
  created_at timestamptz not null
);
create index credit_grant_organization on credit_grant (organization_id);

create table invoice (
  id uuid primary key,
  organization_id uuid not null references organization,
  number bigint not null,
  kind text not null check (kind in ('usage', 'shortfall')),
  period text not null,
  from_sequence bigint not null,
  through_sequence bigint not null,
  currency char(3) not null,
  total numeric(38, 0) not null,
  finalized_at timestamptz not null,
  unique (organization_id, kind, period),
  unique (organization_id, number)
);
create table invoice_line (
  invoice_id uuid not null references invoice,
  position integer not null,
  kind text not null check (kind in ('usage', 'credit', 'shortfall', 'rounding')),
  description text not null,
  model text,
  unit text,
  quantity numeric(38, 0) not null,
  unit_price numeric(38, 0) not null,
  amount numeric(38, 0) not null,
  commitment_eligible boolean not null,
  primary key (invoice_id, position)
);
create trigger invoice_fixed before update or delete on invoice for each row execute function refuse_change();
create trigger invoice_line_fixed before update or delete on invoice_line for each row execute function refuse_change();
create function refuse_late_line() returns trigger language plpgsql as $$
begin
  if not exists (select 1 from invoice where id = new.invoice_id and xmin::text = pg_current_xact_id()::xid::text) then
    raise exception 'an invoice gets its lines when it is made' using errcode = '23514';
  end if;
  return new;
end $$;
create trigger invoice_line_late before insert on invoice_line for each row execute function refuse_late_line();

create table commitment (
  id uuid primary key,
  organization_id uuid not null references organization,
  amount numeric(38, 0) not null check (amount > 0),
  starts_at timestamptz not null,
  ends_at timestamptz not null check (ends_at > starts_at),
  automatic_shortfall boolean not null,
  status text not null check (status in ('active', 'completed', 'expired', 'canceled')),
  created_at timestamptz not null
);
create table commitment_milestone (
  commitment_id uuid not null references commitment,
  due_at timestamptz not null,
  amount numeric(38, 0) not null check (amount > 0),
  settled_at timestamptz,
  shortfall numeric(38, 0),
  primary key (commitment_id, due_at)
);
create table commitment_draw (
  commitment_id uuid not null references commitment,
  invoice_id uuid not null references invoice,
  amount numeric(38, 0) not null check (amount > 0),
  primary key (commitment_id, invoice_id)
);
create trigger commitment_draw_fixed before update or delete on commitment_draw for each row execute function refuse_change();
`,
};
