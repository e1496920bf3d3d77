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

/** Says which passages speak of a question: their places, the best first. */
export type RankPassages = (passages: readonly string[], question: string) => Promise<readonly number[]>;

/**
 * A message as one text, its files first, each under its name. Of files that are longer than `characters` together only the
 * passages that speak of the message are told, in their order, and that it is so.
 */
export async function withFiles(
  { content, files = [] }: FiledMessage,
  characters: number,
  rank: RankPassages,
): Promise<string> {
  if (files.length === 0) return content;
  const total = files.reduce((sum, { text }) => sum + text.length, 0);
  const share = Math.floor(characters / files.length);
  const told: string[] = [];
  for (const { name, text } of files) {
    const isWhole = total <= characters || text.length <= share;
    told.push(
      isWhole ? `File "${name}":\n${text}` : await passagesOf({ name, text }, share, (all) => rank(all, content)),
    );
  }
  return `${told.join("\n\n")}\n\n${content}`;
}

async function passagesOf(
  { name, text }: MessageFile,
  characters: number,
  rank: (passages: readonly string[]) => Promise<readonly number[]>,
): Promise<string> {
  const size = Math.min(PASSAGE_CHARACTERS, Math.max(characters, 40));
  const passages = splitText({ pages: [text], isPaged: false }, size).map((piece) => piece.text);
  const chosen: number[] = [];
  let left = characters;
  for (const index of await rank(passages)) {
    if (passages[index]!.length > left) break;
    chosen.push(index);
    left -= passages[index]!.length;
  }
  const told = chosen.toSorted((a, b) => a - b).map((index) => passages[index]!);
  return `Passages of the file "${name}", which is too long to be read whole:\n${told.join("\n…\n")}`;
}
