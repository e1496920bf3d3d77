import { z } from "zod";

const Name = z
  .string()
  .trim()
  .min(1)
  .max(255)
  .regex(/^\P{Cc}*$/u, "must not contain control characters");
const Description = z
  .string()
  .max(10_000)
  .refine((text) => !text.includes("\u0000"), "must not contain a NUL");

export const CreateLibrarySchema = z.object({
  name: Name,
  description: Description.nullish(),
  chunk_size: z.int().min(256).max(32_768).nullish().describe("Characters of a passage; normally 1200."),
  owner_type: z.enum(["User", "Workspace"]).nullish().describe("Who sees it: its maker, or the whole workspace."),
});
export const UpdateLibrarySchema = z.object({ name: Name.optional(), description: Description.nullish() });
export const UpdateDocumentSchema = z.object({
  name: Name.optional(),
  attributes: z.record(z.string().max(255), z.unknown()).nullish(),
});
const Target = {
  org_id: z.string().nullish().describe("Ignored: it is the library's."),
  share_with_uuid: z
    .string()
    .describe("A member, workspace or the organization itself, of the library's organization."),
  share_with_type: z.enum(["User", "Workspace", "Org"]),
};
export const ShareLibrarySchema = z.object({
  ...Target,
  level: z.enum(["Viewer", "Editor"]).describe("Whether they may read it, or change its documents too."),
});
export const UnshareLibrarySchema = z.object(Target);

export type ShareLibrary = z.infer<typeof ShareLibrarySchema>;
export type UnshareLibrary = z.infer<typeof UnshareLibrarySchema>;
export type CreateLibrary = z.infer<typeof CreateLibrarySchema>;
export type UpdateLibrary = z.infer<typeof UpdateLibrarySchema>;
export type UpdateDocument = z.infer<typeof UpdateDocumentSchema>;

/** That somebody has a library. */
export interface SharingObject {
  readonly library_id: string;
  readonly org_id: string;
  readonly role: string;
  readonly share_with_type: string;
  readonly share_with_uuid: string;
}

export interface LibraryObject {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly created_at: string;
  readonly updated_at: string;
  readonly owner_id: string;
  readonly owner_type: "User" | "Workspace";
  readonly total_size: number;
  readonly nb_documents: number;
  readonly chunk_size: number;
}

export type ProcessStatus = "todo" | "in_progress" | "done" | "error";

export interface DocumentObject {
  readonly id: string;
  readonly library_id: string;
  readonly name: string;
  /** SHA-256 of the content, hexadecimal. */
  readonly hash: string;
  readonly mime_type: string | null;
  readonly extension: string | null;
  readonly size: number;
  readonly attributes: Readonly<Record<string, unknown>> | null;
  readonly summary: null;
  readonly created_at: string;
  readonly last_processed_at: string | null;
  readonly number_of_pages: number | null;
  readonly process_status: ProcessStatus;
  /** The older clients' word for it. */
  readonly processing_status: string;
  /** Why it could not be read; null unless it could not. */
  readonly error: string | null;
  readonly uploaded_by_id: string;
  readonly uploaded_by_type: "User" | "Workspace";
  readonly tokens_processing_main_content: number;
  readonly tokens_processing_summary: number;
  readonly tokens_processing_total: number;
  readonly url: null;
  readonly expires_at: string | null;
}

/** A part of a document that answers a question. */
export interface Passage {
  readonly documentId: string;
  readonly libraryId: string;
  readonly documentName: string;
  readonly position: number;
  readonly page: number | null;
  readonly text: string;
}
