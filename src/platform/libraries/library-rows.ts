import type { DocumentObject, LibraryObject, ProcessStatus } from "#protocol";

export interface LibraryRow {
  readonly id: string;
  readonly organization_id: string;
  readonly workspace_id: string;
  readonly owner: string;
  readonly is_shared: boolean;
  readonly name: string;
  readonly description: string | null;
  readonly chunk_characters: number;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly documents: number;
  readonly bytes: bigint | string | null;
  readonly level: LibraryLevel;
}

/** What a caller may do with a library: read it, change its contents, or share and delete it. */
export type LibraryLevel = "Viewer" | "Editor" | "Owner";

export interface DocumentRow {
  readonly id: string;
  readonly library_id: string;
  readonly name: string;
  readonly mime_type: string | null;
  readonly bytes: bigint;
  readonly sha256: string;
  readonly attributes: string | null;
  readonly uploaded_by: string;
  readonly status: ProcessStatus;
  readonly problem: string | null;
  readonly pages: number | null;
  readonly tokens: number;
  readonly created_at: Date;
  readonly processed_at: Date | null;
  readonly expires_at: Date | null;
  readonly text: string | null;
  readonly secret: Buffer | null;
}

const WORDS: Readonly<Record<ProcessStatus, string>> = {
  todo: "Todo",
  in_progress: "Running",
  done: "Completed",
  error: "Failed",
};

export function toLibrary(row: LibraryRow): LibraryObject {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    owner_id: row.is_shared ? row.workspace_id : row.owner.replace(/^\w+:/, ""),
    owner_type: row.is_shared ? "Workspace" : "User",
    total_size: Number(row.bytes ?? 0),
    nb_documents: row.documents,
    chunk_size: row.chunk_characters,
  };
}

export function toDocument(row: DocumentRow): DocumentObject {
  return {
    id: row.id,
    library_id: row.library_id,
    name: row.name,
    hash: row.sha256,
    mime_type: row.mime_type,
    extension: /\.([^.]+)$/.exec(row.name)?.[1]?.toLowerCase() ?? null,
    size: Number(row.bytes),
    attributes: row.attributes === null ? null : (JSON.parse(row.attributes) as Record<string, unknown>),
    summary: null,
    created_at: row.created_at.toISOString(),
    last_processed_at: row.processed_at?.toISOString() ?? null,
    number_of_pages: row.pages,
    process_status: row.status,
    processing_status: WORDS[row.status],
    error: row.problem,
    uploaded_by_id: row.uploaded_by.replace(/^\w+:/, ""),
    uploaded_by_type: row.uploaded_by.startsWith("user:") ? "User" : "Workspace",
    tokens_processing_main_content: row.tokens,
    tokens_processing_summary: 0,
    tokens_processing_total: row.tokens,
    url: null,
    expires_at: row.expires_at?.toISOString() ?? null,
  };
}
