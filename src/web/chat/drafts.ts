import type { Attachment, ChatTools } from "#protocol";

export interface Draft {
  readonly text: string;
  readonly files: readonly Attachment[];
  /** The text of the JSON Schema asked for; undefined: an answer in words. */
  readonly schema?: string | undefined;
  /** What the answer may use. */
  readonly tools?: ChatTools | undefined;
}

export const EMPTY_DRAFT: Draft = { text: "", files: [] };

const keyOf = (conversationId: string) => `tramontane.draft.${conversationId}`;

/** What was begun and not sent, per conversation, kept in this browser across reloads. */
export function loadDraft(conversationId: string): Draft {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(keyOf(conversationId)) ?? "null");
    return typeof value === "object" && value !== null ? { ...EMPTY_DRAFT, ...value } : EMPTY_DRAFT;
  } catch {
    return EMPTY_DRAFT;
  }
}

export function saveDraft(conversationId: string, draft: Draft): void {
  try {
    if (draft.text === "" && draft.files.length === 0 && draft.schema === undefined && draft.tools === undefined)
      localStorage.removeItem(keyOf(conversationId));
    else localStorage.setItem(keyOf(conversationId), JSON.stringify(draft));
  } catch {
    // Files may be larger than the browser keeps; the text alone then has to do.
    try {
      localStorage.setItem(keyOf(conversationId), JSON.stringify({ ...draft, files: [] }));
    } catch {
      // Nothing can be kept here.
    }
  }
}
