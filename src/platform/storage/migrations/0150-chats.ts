import type { Migration } from "../migrate.ts";

export const chats: Migration = {
  version: 150,
  name: "chats",
  sql: `
create table chat_conversation (
  id uuid primary key,
  workspace_id uuid not null references workspace,
  user_id text not null,
  title text not null,
  pinned boolean not null,
  model text,
  created_at_ms bigint not null,
  updated_at_ms bigint not null,
  share_token text unique,
  leaf_id uuid
);
create index chat_conversation_owner on chat_conversation (workspace_id, user_id, updated_at_ms desc);
create table chat_message (
  id uuid primary key,
  conversation_id uuid not null references chat_conversation on delete cascade,
  parent_id uuid references chat_message on delete cascade,
  -- Order of arrival: tells siblings apart where clocks cannot.
  ordinal bigint generated always as identity,
  depth integer not null,
  role text not null check (role in ('user', 'assistant')),
  content text not null,
  status text not null,
  details jsonb not null,
  created_at_ms bigint not null
);
create index chat_message_children on chat_message (conversation_id, parent_id, ordinal);
create index chat_message_parent on chat_message (parent_id, ordinal);
create index chat_message_streaming on chat_message (status) where status = 'streaming';
create table chat_send (
  conversation_id uuid not null references chat_conversation on delete cascade,
  idempotency_key text not null,
  question_id uuid not null,
  answer_id uuid not null,
  primary key (conversation_id, idempotency_key)
);
create table app_session (
  token_hash bytea primary key,
  organization_id uuid not null references organization,
  workspace_id uuid not null references workspace,
  -- The key it was opened with; the session ends with it. Null: the sign-in link of this machine.
  key_id uuid references api_key,
  scopes text[] not null,
  models text[],
  created_at_ms bigint not null,
  expires_at_ms bigint not null
);
`,
};
