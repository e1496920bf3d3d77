import type { Migration } from "../migrate.ts";

export const files: Migration = {
  version: 10,
  name: "files",
  sql: `
-- The content lies on disk under the file's id; a row without content, or content without a row, is swept.
create table stored_file (
  id uuid primary key,
  organization_id uuid not null references organization,
  workspace_id uuid not null references workspace,
  owner text not null,
  filename text not null,
  bytes bigint not null,
  sha256 bytea not null,
  purpose text not null check (purpose in ('fine-tune', 'batch', 'ocr')),
  sample_type text not null,
  num_lines integer,
  mimetype text,
  source text not null check (source in ('upload', 'mistral')),
  visibility text not null check (visibility in ('workspace', 'user')),
  -- Signs this file's links: no link outlives its file.
  secret bytea not null,
  created_at timestamptz not null,
  expires_at timestamptz
);
create index stored_file_workspace on stored_file (workspace_id, created_at desc, id desc);
create index stored_file_expiry on stored_file (expires_at) where expires_at is not null;
`,
};
