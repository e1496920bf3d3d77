import type { Migration } from "../migrate.ts";

export const tenancy: Migration = {
  version: 1,
  name: "tenancy",
  sql: `
create table organization (
  id uuid primary key,
  name text not null,
  status text not null default 'active' check (status in ('active', 'suspended')),
  created_at timestamptz not null
);
create table workspace (
  id uuid primary key,
  organization_id uuid not null references organization,
  name text not null,
  created_at timestamptz not null,
  archived_at timestamptz,
  unique (organization_id, name)
);
create table app_user (
  id uuid primary key,
  email text not null unique check (email = lower(email)),
  name text not null,
  password_hash text,
  oidc_issuer text,
  oidc_subject text,
  created_at timestamptz not null,
  unique (oidc_issuer, oidc_subject)
);
create table membership (
  user_id uuid not null references app_user,
  organization_id uuid not null references organization,
  role text not null check (role in ('owner', 'admin', 'billing', 'developer', 'member')),
  created_at timestamptz not null,
  primary key (user_id, organization_id)
);
create index membership_organization on membership (organization_id);
create table invitation (
  id uuid primary key,
  organization_id uuid not null references organization,
  email text not null check (email = lower(email)),
  role text not null check (role in ('owner', 'admin', 'billing', 'developer', 'member')),
  token_hash bytea not null unique,
  invited_by text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  accepted_at timestamptz
);
create table user_session (
  token_hash bytea primary key,
  user_id uuid not null references app_user,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create table api_key (
  id uuid primary key,
  organization_id uuid not null references organization,
  workspace_id uuid not null references workspace,
  name text not null,
  prefix text not null,
  hash bytea not null unique,
  origin text not null check (origin in ('created', 'configured')),
  scopes text[] not null,
  models text[],
  created_by text not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz
);
create index api_key_workspace on api_key (workspace_id);

create table audit_event (
  organization_id uuid not null references organization,
  sequence bigint not null,
  at timestamptz not null,
  actor text not null,
  event text not null,
  target text not null,
  details text not null,
  previous_hash bytea not null,
  hash bytea not null,
  primary key (organization_id, sequence)
);
create table audit_head (
  organization_id uuid primary key references organization,
  sequence bigint not null,
  hash bytea not null
);
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'rows of % are never changed', tg_table_name using errcode = '23514';
end $$;
create trigger audit_event_append_only before update or delete on audit_event
  for each row execute function refuse_change();
create trigger audit_event_no_truncate before truncate on audit_event
  for each statement execute function refuse_change();
`,
};
