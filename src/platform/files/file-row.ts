import type { FileObject, FilePurpose, FileSource, FileVisibility, SampleType } from "#protocol";

export interface FileRow {
  readonly id: string;
  readonly organization_id: string;
  readonly workspace_id: string;
  readonly owner: string;
  readonly filename: string;
  readonly bytes: bigint;
  readonly sha256: Buffer;
  readonly purpose: FilePurpose;
  readonly sample_type: SampleType;
  readonly num_lines: number | null;
  readonly mimetype: string | null;
  readonly source: FileSource;
  readonly visibility: FileVisibility;
  readonly secret: Buffer;
  readonly created_at: Date;
  readonly expires_at: Date | null;
}

const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);

export function toFileObject(row: FileRow): FileObject {
  return {
    id: row.id,
    object: "file",
    bytes: Number(row.bytes),
    created_at: seconds(row.created_at),
    filename: row.filename,
    purpose: row.purpose,
    sample_type: row.sample_type,
    num_lines: row.num_lines,
    mimetype: row.mimetype,
    source: row.source,
    signature: row.sha256.toString("hex"),
    expires_at: row.expires_at === null ? null : seconds(row.expires_at),
    visibility: row.visibility,
    status: "processed",
  };
}
