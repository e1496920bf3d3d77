import type { ConversationEntry, Passage } from "#protocol";
import type { Call } from "../inference/call.ts";

/** Finds what libraries say about a question, as much as the model can read beside it. */
export interface DocumentLookup {
  lookUp(
    call: Call,
    wish: { readonly libraryIds: readonly string[]; readonly query: string; readonly model: string },
  ): Promise<readonly Passage[]>;
}

/** A look into libraries that a turn began with. */
export interface LookedUp {
  readonly query: string;
  readonly passages: readonly Passage[];
}

export const DOCUMENT_TOOL = "document_library";

/**
 * Looks the newest question up in the libraries that the tools name. It is done before every turn, without asking the model:
 * small models rarely know when to look. Undefined where no tool or no question is.
 */
export async function lookUpDocuments(
  lookup: DocumentLookup,
  asked: { readonly tools: readonly object[]; readonly entries: readonly ConversationEntry[]; readonly model: string },
  call: Call,
): Promise<LookedUp | undefined> {
  const libraryIds = [...new Set(asked.tools.flatMap(librariesOf))];
  const query = questionIn(asked.entries);
  if (libraryIds.length === 0 || query === undefined) return undefined;
  return { query, passages: await lookup.lookUp(call, { libraryIds, query, model: asked.model }) };
}

/** Instructions with the passages behind them, each under its number. */
export function withPassages(
  instructions: string | null | undefined,
  looked: LookedUp | undefined,
): string | null | undefined {
  if (!looked || looked.passages.length === 0) return instructions;
  const told = looked.passages.map(
    ({ documentName, page, text }, index) =>
      `[${index + 1}] ${documentName}${page === null ? "" : `, page ${page}`}:\n${text}`,
  );
  const before = instructions ? `${instructions}\n\n` : "";
  return `${before}Passages from documents. Answer from them where they help, and name their numbers.\n\n${told.join("\n\n")}`;
}

function librariesOf(tool: object): readonly string[] {
  const { type, library_ids: ids } = tool as { type?: unknown; library_ids?: unknown };
  return type === DOCUMENT_TOOL && Array.isArray(ids) ? ids.filter((id) => typeof id === "string") : [];
}

/** The words of the last message that somebody put in. */
function questionIn(entries: readonly ConversationEntry[]): string | undefined {
  const last = entries.findLast((entry) => entry.type === "message.input" && entry.role === "user");
  const content: unknown = last && "content" in last ? last.content : undefined;
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return undefined;
  const texts = (content as { text?: unknown }[]).map(({ text }) => (typeof text === "string" ? text : ""));
  return texts.join("\n");
}
