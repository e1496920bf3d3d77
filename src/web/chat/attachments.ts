import type { Attachment } from "#protocol";

export const MAX_FILES = 10;
export const MAX_FILE_BYTES = 1_000_000;

export type FileRefusal = { readonly name: string; readonly reason: "notText" | "tooBig" | "tooMany" | "unreadable" };

export interface ReadFiles {
  readonly attachments: readonly Attachment[];
  readonly refusals: readonly FileRefusal[];
}

/** Reads text files; whatever is not valid UTF-8 text, or is too big, is refused by name. */
export async function readFiles(files: readonly File[], alreadyAttached: number): Promise<ReadFiles> {
  const attachments: Attachment[] = [];
  const refusals: FileRefusal[] = [];
  for (const file of files) {
    if (alreadyAttached + attachments.length >= MAX_FILES) refusals.push({ name: file.name, reason: "tooMany" });
    else if (file.size > MAX_FILE_BYTES) refusals.push({ name: file.name, reason: "tooBig" });
    else {
      const read = await readText(file);
      if ("text" in read)
        attachments.push({ name: file.name, mediaType: file.type, bytes: file.size, text: read.text });
      else refusals.push({ name: file.name, reason: read.reason });
    }
  }
  return { attachments, refusals };
}

async function readText(file: File): Promise<{ text: string } | { reason: "notText" | "unreadable" }> {
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
