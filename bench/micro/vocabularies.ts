import { pathToFileURL } from "node:url";
import type { TokenVocabulary } from "#grammar";
import { readSentencePiece } from "./sentencepiece.ts";

/** A vocabulary that can also tokenize. */
export interface BenchVocabulary extends TokenVocabulary {
  readonly endOfSequence: number;
  /** Whether texts start with SentencePiece's dummy space. */
  readonly hasDummySpace: boolean;
  encode(text: string): number[];
}

/**
 * A SentencePiece model, or (`.js`, `.cjs`) a module of byte-pair ranks as the js-tiktoken package has them, of which
 * the first 131,071 stand in for a vocabulary of Tekken's size.
 */
export async function readVocabulary(path: string): Promise<BenchVocabulary> {
  if (!/\.c?js$/.test(path)) return { ...readSentencePiece(path), hasDummySpace: true };
  const module = (await import(pathToFileURL(path).href)) as { default: Ranks & { default?: Ranks } };
  return fromRanks(module.default.default ?? module.default);
}

interface Ranks {
  readonly pat_str: string;
  readonly bpe_ranks: string;
}

const KEPT_RANKS = 131_071;

function fromRanks(ranks: Ranks): BenchVocabulary {
  const tokens: Uint8Array[] = [];
  for (const line of ranks.bpe_ranks.split("\n")) {
    const [, offset, ...texts] = line.split(" ");
    for (const [i, text] of texts.entries()) tokens[Number(offset) + i] = Buffer.from(text, "base64");
  }
  tokens.length = KEPT_RANKS;
  const ids = new Map(tokens.map((bytes, id) => [Buffer.from(bytes).toString("latin1"), id]));
  // The possessive quantifiers and inline flags of the original are no part of JavaScript's patterns.
  const pattern = ranks.pat_str.replaceAll(/\(\?i:([^)]*)\)/g, "(?:$1)").replaceAll(/([?+])\+/g, "$1");
  const pieces = new RegExp(pattern, "gu");
  const end = KEPT_RANKS;
  return {
    size: KEPT_RANKS + 1,
    endOfSequence: end,
    hasDummySpace: false,
    tokenBytes: (token) => tokens[token] ?? new Uint8Array(0),
    isControl: (token) => token === end,
    isEndOfGeneration: (token) => token === end,
    encode: (text) => (text.match(pieces) ?? []).flatMap((piece) => mergePairs(piece, ids)),
  };
}

/** Greedy BPE: always the adjacent pair of the lowest rank. */
function mergePairs(piece: string, ids: ReadonlyMap<string, number>): number[] {
  const parts = Array.from(Buffer.from(piece), (byte) => String.fromCharCode(byte));
  for (;;) {
    let best = { at: -1, rank: Infinity };
    for (let at = 0; at + 1 < parts.length; at++) {
      const rank = ids.get(parts[at]! + parts[at + 1]!) ?? Infinity;
      if (rank < best.rank) best = { at, rank };
    }
    if (best.at < 0) return parts.map((part) => ids.get(part)!);
    parts.splice(best.at, 2, parts[best.at]! + parts[best.at + 1]!);
  }
}
