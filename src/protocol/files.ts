/** What a file is for. */
export const FILE_PURPOSES = ["fine-tune", "batch", "ocr"] as const;
export type FilePurpose = (typeof FILE_PURPOSES)[number];

/** What its lines are. */
export const SAMPLE_TYPES = ["pretrain", "instruct", "batch_request", "batch_result", "batch_error"] as const;
export type SampleType = (typeof SAMPLE_TYPES)[number];

/** Whether the maker's whole workspace sees it, or only the maker. */
export const FILE_VISIBILITIES = ["workspace", "user"] as const;
export type FileVisibility = (typeof FILE_VISIBILITIES)[number];

/** Sent in by somebody, or made here. */
export type FileSource = "upload" | "mistral";

/** A file as the wire shows it. Instants are seconds since the epoch. */
export interface FileObject {
  readonly id: string;
  readonly object: "file";
  readonly bytes: number;
  readonly created_at: number;
  readonly filename: string;
  readonly purpose: FilePurpose;
  readonly sample_type: SampleType;
  /** Lines that are not blank; null where lines mean nothing. */
  readonly num_lines: number | null;
  readonly mimetype: string | null;
  readonly source: FileSource;
  /** SHA-256 of the content, hexadecimal. */
  readonly signature: string;
  readonly expires_at: number | null;
  readonly visibility: FileVisibility;
  /** OpenAI's word: a file here is ready as soon as it exists. */
  readonly status: "processed";
}

export interface FileList {
  readonly object: "list";
  readonly data: readonly FileObject[];
  readonly total: number | null;
  readonly has_more: boolean;
  readonly first_id: string | null;
  readonly last_id: string | null;
}
