import type { Migration } from "../migrate.ts";

export const sharedLibraries: Migration = {
  version: 185,
  name: "libraries shared beyond their workspace, and links to their documents",
  sql: `
create table library_share (
  library_id uuid not null references library on delete cascade,
  with_type text not null check (with_type in ('User', 'Workspace', 'Org')),
  with_id uuid not null,
  level text not null check (level in ('Viewer', 'Editor')),
  primary key (library_id, with_type, with_id)
);
create index library_share_with on library_share (with_id);
-- What signs the links of a document; made with the first of them.
alter table library_document add column secret bytea;
`,
};
