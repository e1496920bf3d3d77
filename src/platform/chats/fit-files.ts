import { splitText } from "../libraries/split-text.ts";

/** A file that travels with a message. */
export interface MessageFile {
  readonly name: string;
  readonly text: string;
}

interface FiledMessage {
  readonly content: string;
  readonly files?: readonly MessageFile[];
}

const PASSAGE_CHARACTERS = 800;

/**
 * A message as one text, its files first, each under its name. Of files that are longer than `characters` together only the
 * passages that share words with the message are told, in their order, and that it is so.
 */
export function withFiles({ content, files = [] }: FiledMessage, characters: number): string {
  if (files.length === 0) return content;
  const total = files.reduce((sum, { text }) => sum + text.length, 0);
  const share = Math.floor(characters / files.length);
  const told = files.map(({ name, text }) =>
    total <= characters || text.length <= share
      ? `File "${name}":\n${text}`
      : passagesOf({ name, text }, content, share),
  );
  return `${told.join("\n\n")}\n\n${content}`;
}

function passagesOf({ name, text }: MessageFile, question: string, characters: number): string {
  const pieces = splitText({ pages: [text], isPaged: false }, Math.min(PASSAGE_CHARACTERS, Math.max(characters, 40)));
  const words = pieces.map((piece) => wordsOf(piece.text));
  const asked = [...wordsOf(question)].map((word) => ({
    word,
    // Rare words say more about where an answer stands.
    weight: Math.log(1 + pieces.length / (1 + words.filter((known) => known.has(word)).length)),
  }));
  const ranked = pieces
    .map((piece, index) => ({
      index,
      text: piece.text,
      score: asked.reduce((sum, { word, weight }) => sum + (words[index]!.has(word) ? weight : 0), 0),
    }))
    .toSorted((a, b) => b.score - a.score || a.index - b.index);
  const chosen: typeof ranked = [];
  let left = characters;
  for (const piece of ranked) {
    if (piece.text.length > left) break;
    chosen.push(piece);
    left -= piece.text.length;
  }
  const told = chosen.toSorted((a, b) => a.index - b.index).map((piece) => piece.text);
  return `Passages of the file "${name}", which is too long to be read whole:\n${told.join("\n…\n")}`;
}

function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}]{2,}/gu) ?? []);
}
