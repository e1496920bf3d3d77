import type { Attachment } from "#protocol";
import type { WatchedUpload } from "./use-uploads.ts";

export const MAX_FILES = 10;
export const MAX_FILE_BYTES = 1_000_000;

/** Documents whose words the server reads. */
const DOCUMENT = /\.(pdf|docx)$/i;
export const MAX_DOCUMENT_BYTES = 20_000_000;

export interface FileRefusal {
  readonly name: string;
  readonly reason: "notText" | "noImages" | "tooBig" | "tooMany" | "unreadable";
}

type ReadFile =
  | { readonly text: string; readonly pages?: number }
  | { readonly reason: "notText" | "noImages" | "unreadable" }
  | "calledOff";

/** How documents get their words read. */
export interface DocumentReader {
  readonly read: (file: File, watch: WatchedUpload) => Promise<{ readonly text: string; readonly pages?: number }>;
  readonly watch: (file: File) => WatchedUpload;
}

export interface ReadFiles {
  readonly attachments: readonly Attachment[];
  readonly refusals: readonly FileRefusal[];
}

/** Reads text files, PDF and DOCX; whatever has no words, or is too big, is refused by name. */
export async function readFiles(
  files: readonly File[],
  alreadyAttached: number,
  documents: DocumentReader,
): Promise<ReadFiles> {
  const attachments: Attachment[] = [];
  const refusals: FileRefusal[] = [];
  for (const file of files) {
    if (alreadyAttached + attachments.length >= MAX_FILES) refusals.push({ name: file.name, reason: "tooMany" });
    else if (file.size > (DOCUMENT.test(file.name) ? MAX_DOCUMENT_BYTES : MAX_FILE_BYTES))
      refusals.push({ name: file.name, reason: "tooBig" });
    else {
      const read = await (DOCUMENT.test(file.name) ? readWords(file, documents) : readText(file));
      if (read === "calledOff") continue;
      if ("text" in read) attachments.push({ name: file.name, mediaType: file.type, bytes: file.size, ...read });
      else refusals.push({ name: file.name, reason: read.reason });
    }
  }
  return { attachments, refusals };
}

async function readWords(file: File, { read, watch }: DocumentReader): Promise<ReadFile> {
  const watched = watch(file);
  try {
    const { text, pages } = await read(file, watched);
    return pages === undefined ? { text } : { text, pages };
  } catch {
    if (watched.signal.aborted) return "calledOff";
    return { reason: "unreadable" };
  } finally {
    watched.end();
  }
}

async function readText(file: File): Promise<ReadFile> {
  if (file.type.startsWith("image/")) return { reason: "noImages" };
  let bytes: ArrayBuffer;
  try {
    bytes = await file.arrayBuffer();
  } catch {
    return { reason: "unreadable" };
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return text.includes("\0") ? { reason: "notText" } : { text };
  } catch {
    return { reason: "notText" };
  }
}

/** A rough count for display: Latin text has about four characters to a token. The exact count stands under the answer. */
export function estimateTokens(text: string): number {
  return Math.max(1, Math.round(text.length / 4));
}
