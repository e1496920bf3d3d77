import type { ExtractedText } from "./extract-text.ts";

export interface Piece {
  readonly text: string;
  /** From 1; undefined where the document has no pages. */
  readonly page: number | undefined;
}

/** Where a passage may end, the best first. */
const BREAKS = [/\n[^\S\n]*\n/g, /\n/g, /[.!?…]["'»”)]*\s/g, /\s/g];
/** Passages share this part of their length, so that no sentence is lost between two. */
const OVERLAP = 0.12;

/** Passages of at most so many characters, cut at paragraphs, lines, sentences or words where that is possible. */
export function splitText({ pages, isPaged }: ExtractedText, characters: number): Piece[] {
  return pages.flatMap((text, index) => {
    const page = isPaged ? index + 1 : undefined;
    return splitPage(text, characters).map((piece) => ({ text: piece, page }));
  });
}

function splitPage(text: string, characters: number): string[] {
  const pieces: string[] = [];
  let at = 0;
  while (at < text.length) {
    const end = at + characters >= text.length ? text.length : at + cutOf(text.slice(at, at + characters));
    const piece = text.slice(at, end).trim();
    if (piece !== "") pieces.push(piece);
    if (end >= text.length) break;
    at = Math.max(at + 1, wordBefore(text, end - Math.floor(characters * OVERLAP), end));
  }
  return pieces;
}

/** Where to end a passage: at the last good place of its second half, else at its end. */
function cutOf(window: string): number {
  for (const breaks of BREAKS) {
    let last = -1;
    for (const match of window.matchAll(breaks)) last = match.index + match[0].length;
    if (last > window.length / 2) return last;
  }
  // Never between the halves of a character.
  const code = window.charCodeAt(window.length - 1);
  return code >= 0xd800 && code <= 0xdbff ? window.length - 1 : window.length;
}

/** The beginning of a word between two places; the second when there is none. */
function wordBefore(text: string, from: number, to: number): number {
  const space = text.slice(from, to).search(/\s\S/);
  return space < 0 ? to : from + space + 1;
}
