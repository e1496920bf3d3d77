import { isSpace } from "./json/gap.ts";
import { type PackedTrie, packTrie, sortedTokens } from "./packed-trie.ts";
import { maskOf, type TokenMask } from "./token-mask.ts";
import { type TokenTails, tokenTails } from "./token-tails.ts";
import { makeSlice, SLICE_LENGTHS, type TokenSlice } from "./token-slice.ts";

/** What a grammar needs to know of a model's tokens. Ids run from 0 to `size - 1`. */
export interface TokenVocabulary {
  readonly size: number;
  /** The bytes a token stands for in text; empty for control tokens. */
  tokenBytes(token: number): Uint8Array;
  /** Whether the token is a control token: never text, whatever its bytes. */
  isControl(token: number): boolean;
  /** Whether the token ends a turn. */
  isEndOfGeneration(token: number): boolean;
  /** The canonical tokens of a text in the middle of others (no dummy space), if forced tokens are wanted. */
  tokenize?(text: Uint8Array): Int32Array;
}

/** Longer tokens than this are never text of a grammar's. */
const MAX_TOKEN_BYTES = 250;
/** A vocabulary prepared for masks. Built once per model. */
export interface TokenTrie {
  readonly size: number;
  readonly all: PackedTrie;
  /** Shortest first. */
  readonly slices: readonly TokenSlice[];
  readonly tails: TokenTails;
  /** Bytes of the longest token. */
  readonly maxTokenBytes: number;
  readonly endTokens: readonly number[];
  /** The tokens of text that start with whitespace. */
  readonly whitespace: TokenMask;
  /** The tokens that start with a space, without it: how they read where SentencePiece's dummy space stands. */
  readonly unspaced: PackedTrie;
  /** The tokens that are a space and nothing else. */
  readonly bareSpaces: readonly number[];
  /** The bytes of a token that can be text; undefined for control tokens and tokens without bytes. */
  textBytes(token: number): Uint8Array | undefined;
  /** The tokens of text that have this character somewhere; kept, so to be asked of few characters. */
  containing(codePoint: number): TokenMask;
  readonly tokenize: ((text: Uint8Array) => Int32Array) | undefined;
}

export function createTokenTrie(vocabulary: TokenVocabulary): TokenTrie {
  const { size } = vocabulary;
  const texts: (Uint8Array | undefined)[] = [];
  const endTokens: number[] = [];
  for (let token = 0; token < size; token++) {
    const bytes = vocabulary.tokenBytes(token);
    const isEnd = vocabulary.isEndOfGeneration(token);
    if (isEnd) endTokens.push(token);
    const isText = !isEnd && !vocabulary.isControl(token) && bytes.length > 0 && bytes.length <= MAX_TOKEN_BYTES;
    texts.push(isText ? bytes : undefined);
  }
  const sorted = sortedTokens(texts);
  const containing = new Map<number, TokenMask>();
  const all = packTrie(sorted, texts);
  const spaced = sorted.filter((token) => texts[token]![0] === 0x20);
  const maxTokenBytes = sorted.reduce((most, token) => Math.max(most, texts[token]!.length), 0);
  return {
    size,
    all,
    slices: SLICE_LENGTHS.map((limit) => makeSlice(all, { texts, sorted, size }, Math.min(limit, maxTokenBytes))),
    tails: tokenTails(texts),
    maxTokenBytes,
    endTokens,
    whitespace: maskOf(
      sorted.filter((token) => isSpace(texts[token]![0]!)),
      size,
    ),
    unspaced: packTrie(
      spaced.filter((token) => texts[token]!.length > 1),
      texts.map((bytes) => bytes?.subarray(1)),
    ),
    bareSpaces: spaced.filter((token) => texts[token]!.length === 1),
    textBytes: (token) => texts[token],
    containing(codePoint) {
      const character = bytesOf(codePoint);
      const isIn = (token: number): boolean => hasBytes(texts[token]!, character);
      const known = containing.get(codePoint) ?? maskOf(sorted.filter(isIn), size);
      containing.set(codePoint, known);
      return known;
    },
    tokenize: vocabulary.tokenize === undefined ? undefined : (text) => vocabulary.tokenize!(text),
  };
}

/** UTF-8 of a character below U+10000. */
function bytesOf(codePoint: number): number[] {
  if (codePoint < 0x80) return [codePoint];
  const last = 0x80 | (codePoint & 0x3f);
  if (codePoint < 0x800) return [0xc0 | (codePoint >> 6), last];
  return [0xe0 | (codePoint >> 12), 0x80 | ((codePoint >> 6) & 0x3f), last];
}

function hasBytes(text: Uint8Array, part: readonly number[]): boolean {
  for (let at = text.indexOf(part[0]!); at >= 0; at = text.indexOf(part[0]!, at + 1)) {
    if (part.every((byte, i) => text[at + i] === byte)) return true;
  }
  return false;
}
