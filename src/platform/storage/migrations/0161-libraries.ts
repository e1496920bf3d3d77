import type { Migration } from "../migrate.ts";

export const libraries: Migration = {
  version: 161,
  name: "libraries",
  sql: `
create table library (
  id uuid primary key,
  organization_id uuid not null references organization,
  workspace_id uuid not null references workspace,
  owner text not null,
  -- Whether the maker's whole workspace sees it, or only the maker.
  is_shared boolean not null,
  name text not null,
  description text,
  chunk_characters integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index library_workspace on library (workspace_id, created_at desc, id desc);
create table library_document (
  id uuid primary key,
  library_id uuid not null references library on delete cascade,
  name text not null,
  mime_type text,
  bytes bigint not null,
  sha256 text not null,
  attributes text,
  uploaded_by text not null,
  -- On whose behalf it is embedded.
  caller jsonb not null,
  status text not null,
  problem text,
  pages integer,
  text text,
  tokens integer not null default 0,
  embedding_model text,
  created_at timestamptz not null,
  processed_at timestamptz,
  expires_at timestamptz
);
create index library_document_library on library_document (library_id, created_at desc, id desc);
create index library_document_waiting on library_document (created_at) where status in ('todo', 'in_progress');
create table library_chunk (
  document_id uuid not null references library_document on delete cascade,
  position integer not null,
  page integer,
  text text not null,
  -- Of length one; null where nothing could embed it.
  embedding real[],
  primary key (document_id, position)
);
create index library_chunk_words on library_chunk using gin (to_tsvector('simple', text));
`,
};
