import { readDocx } from "./read-docx.ts";
import { readHtml } from "./read-html.ts";
import { readPdf } from "./read-pdf.ts";
import { unreadable } from "./unreadable.ts";

/** The words of a document; its pages where it has some. */
export interface ExtractedText {
  readonly pages: readonly string[];
  /** Whether `pages` are those of the document, or just its text in one piece. */
  readonly isPaged: boolean;
}

const MOST_CHARACTERS = 10_000_000;

const PLAIN =
  /\.(txt|text|md|markdown|rst|csv|tsv|log|json|jsonl|yaml|yml|toml|xml|tex|srt|vtt|ts|tsx|js|mjs|py|java|c|h|cpp|go|rs|sql|sh)$/i;
const PAGE = /\.(html?|xhtml)$/i;

/**
 * Reads the words of an uploaded document by what it is, not by what it says it is. Errors: `invalid_file`, in words for
 * whoever uploaded it.
 */
export async function extractText(content: Buffer, name: string): Promise<ExtractedText> {
  const text = await read(content, name);
  const characters = text.pages.reduce((sum, page) => sum + page.length, 0);
  if (characters > MOST_CHARACTERS) throw tooLong();
  if (text.pages.every((page) => page.trim() === "")) {
    const hint = text.isPaged ? ": are its pages pictures?" : "";
    throw unreadable(`There are no words in this document${hint}`);
  }
  // PostgreSQL keeps no NUL in a text.
  return { ...text, pages: text.pages.map((page) => page.replaceAll("\u0000", "\ufffd")) };
}

async function read(content: Buffer, name: string): Promise<ExtractedText> {
  if (content.subarray(0, 1024).includes("%PDF-")) return { pages: await readPdf(content), isPaged: true };
  if (content.subarray(0, 2).toString("latin1") === "PK") {
    if (!/\.docx$/i.test(name)) throw unreadable("An archive is no document: upload what is inside of it");
    return whole(readDocx(content));
  }
  if (PAGE.test(name)) return whole(readHtml(asText(content)));
  if (PLAIN.test(name)) return whole(asText(content));
  throw unreadable("Documents may be plain text, Markdown, HTML, PDF or DOCX");
}

function tooLong() {
  return unreadable(`A document may have at most ${MOST_CHARACTERS} characters of text`);
}

function whole(text: string): ExtractedText {
  return { pages: [text], isPaged: false };
}

function asText(content: Buffer): string {
  if (content.length > 4 * MOST_CHARACTERS) throw tooLong();
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch (error) {
    throw unreadable("The document is not text in UTF-8", error);
  }
}
