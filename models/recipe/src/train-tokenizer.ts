import { boilerplate, functionWords } from "./text/function-words.ts";
import { controlTokens, pieceType, type Piece } from "./tokenizer.ts";

interface Word {
  symbols: string[];
  count: number;
}

/** Letters, or signs with the spaces between them; digits stand alone and never merge. */
const runs = /\p{L}+|[^\p{L}\p{N}]+/gu;
const lettersOnly = /^\p{L}+$/u;

/** A sign piece must not end in a space that belongs to the next word; pure white space may. */
function mayMerge(joined: string): boolean {
  return lettersOnly.test(joined) || !joined.endsWith("▁") || /^[▁\n]+$/.test(joined);
}

/**
 * Trains the vocabulary: byte-pair merges inside runs of one class, so that a name is cut alike in prose and in JSON;
 * then the spaced small words; last the JSON boilerplate. Scores are the negative rank, which is what SentencePiece merges by.
 */
export function trainTokenizer(texts: Iterable<string>, size: number): Piece[] {
  const counts = new Map<string, number>();
  const characters = new Map<string, number>();
  for (const text of texts) {
    const escaped = text.replaceAll(" ", "▁");
    for (const c of escaped) characters.set(c, (characters.get(c) ?? 0) + 1);
    for (const [run] of escaped.matchAll(runs)) counts.set(run, (counts.get(run) ?? 0) + 1);
  }
  const pieces: Piece[] = [
    { text: "<unk>", score: 0, type: pieceType.unknown },
    ...controlTokens.map((text): Piece => ({ text, score: 0, type: pieceType.control })),
  ];
  for (let byte = 0; byte < 256; byte++)
    pieces.push({ text: `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`, score: 0, type: pieceType.byte });

  const alphabet = new Set<string>();
  for (let code = 32; code < 127; code++) alphabet.add(code === 32 ? "▁" : String.fromCharCode(code));
  for (const c of "àâäæçéèêëîïôöœùûüÿñáíóúìòßÀÂÄÇÉÈÊËÎÔÖÙÛÜÑÁÍÓÚÌÒ¿¡«»“”„‘’–—…€£°§×÷·•→\n\t") alphabet.add(c);
  for (const [c, n] of characters) if (n >= 5) alphabet.add(c);

  const known = new Set(alphabet);
  const merged: string[] = [];
  const room = size - pieces.length - alphabet.size - boilerplate.length;
  // A spaced word needs its bare word as a piece, so it is made right after that word was.
  const wanted = new Set(functionWords);
  const spaced = functionWords.filter((word) => known.has(word)).map((word) => "▁" + word);
  for (const joined of mergesOf(counts, room)) {
    if (known.has(joined)) continue;
    if (merged.length + spaced.length + 2 > room) break;
    known.add(joined);
    merged.push(joined);
    if (wanted.has(joined)) spaced.push("▁" + joined);
  }
  const bridges: string[] = [];
  for (const [left, right] of boilerplate) {
    if (!known.has(left) || !known.has(right)) throw new Error(`boilerplate needs ${left} and ${right}`);
    known.add(left + right);
    bridges.push(left + right);
  }
  let rank = 0;
  for (const text of [...merged, ...spaced, ...bridges]) pieces.push({ text, score: -++rank, type: pieceType.normal });
  for (const text of alphabet) pieces.push({ text, score: -1e6, type: pieceType.normal });
  while (pieces.length % 32 !== 0)
    pieces.push({ text: `[control_${pieces.length}]`, score: 0, type: pieceType.control });
  return pieces;
}

/** The merges in order of frequency, with the pair counts kept up to date word by word. */
function* mergesOf(counts: ReadonlyMap<string, number>, most: number): Generator<string> {
  const words: Word[] = [...counts]
    .filter(([run]) => Array.from(run).length > 1)
    .map(([run, count]) => ({ symbols: Array.from(run), count }));
  const pairs = new Map<string, number>();
  const where = new Map<string, Set<number>>();
  const note = (index: number, sign: 1 | -1): void => {
    const { symbols, count } = words[index]!;
    for (let i = 0; i + 1 < symbols.length; i++) {
      if (!mayMerge(symbols[i]! + symbols[i + 1]!)) continue;
      const pair = symbols[i]! + "\0" + symbols[i + 1]!;
      pairs.set(pair, (pairs.get(pair) ?? 0) + sign * count);
      if (sign > 0) (where.get(pair) ?? where.set(pair, new Set()).get(pair)!).add(index);
    }
  };
  for (let i = 0; i < words.length; i++) note(i, 1);
  for (let n = 0; n < most * 2; n++) {
    let best = "";
    let bestCount = 1;
    for (const [pair, count] of pairs)
      if (count > bestCount || (count === bestCount && pair < best)) [best, bestCount] = [pair, count];
    if (best === "") return;
    const [left, right] = best.split("\0") as [string, string];
    for (const index of where.get(best) ?? []) {
      note(index, -1);
      const { symbols } = words[index]!;
      for (let i = 0; i + 1 < symbols.length; i++)
        if (symbols[i] === left && symbols[i + 1] === right) symbols.splice(i, 2, left + right);
      note(index, 1);
    }
    pairs.delete(best);
    yield left + right;
  }
}
