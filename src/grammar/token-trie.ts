import { isSpace } from "./json/gap.ts";
import { type PackedTrie, packTrie, sortedTokens, type TokenTexts } from "./packed-trie.ts";
import { TokenMask } from "./token-mask.ts";

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
/** Plain tokens of up to so many code points share one mask; see `TokenSlice`. */
const SLICE_LENGTHS = [10, Infinity];

/**
 * The tokens of plain text (well-formed UTF-8 without quotes, backslashes and controls) of at most `length` code points.
 * Where any such text may follow, the mask is theirs to begin with, and only the `rest` of the trie is walked.
 */
export interface TokenSlice {
  readonly length: number;
  readonly mask: TokenMask;
  readonly rest: PackedTrie;
  /** The tokens of the mask by their first byte. */
  readonly byFirstByte: readonly (readonly number[])[];
}

/** A vocabulary prepared for masks. Built once per model. */
export interface TokenTrie {
  readonly size: number;
  readonly all: PackedTrie;
  /** Shortest first. */
  readonly slices: readonly TokenSlice[];
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
  const lengths = texts.map((bytes) => (bytes === undefined ? 0 : plainLength(bytes)));
  const spaced = sorted.filter((token) => texts[token]![0] === 0x20);
  const maxTokenBytes = sorted.reduce((most, token) => Math.max(most, texts[token]!.length), 0);
  return {
    size,
    all: packTrie(sorted, texts),
    slices: SLICE_LENGTHS.map((limit) => makeSlice({ sorted, texts, lengths, size }, Math.min(limit, maxTokenBytes))),
    maxTokenBytes,
    endTokens,
    whitespace: maskOf(
      size,
      sorted.filter((token) => isSpace(texts[token]![0]!)),
    ),
    unspaced: packTrie(
      spaced.filter((token) => texts[token]!.length > 1),
      texts.map((bytes) => bytes?.subarray(1)),
    ),
    bareSpaces: spaced.filter((token) => texts[token]!.length === 1),
    textBytes: (token) => texts[token],
    tokenize: vocabulary.tokenize === undefined ? undefined : (text) => vocabulary.tokenize!(text),
  };
}

interface SliceSource {
  readonly sorted: readonly number[];
  readonly texts: TokenTexts;
  readonly lengths: readonly number[];
  readonly size: number;
}

function makeSlice({ sorted, texts, lengths, size }: SliceSource, length: number): TokenSlice {
  const isIn = (token: number): boolean => lengths[token]! > 0 && lengths[token]! <= length;
  const mask = maskOf(size, sorted.filter(isIn));
  const rest = sorted.filter((token) => !isIn(token));
  const byFirstByte: number[][] = Array.from({ length: 256 }, () => []);
  for (const token of mask) byFirstByte[texts[token]![0]!]!.push(token);
  return { length, mask, rest: packTrie(rest, texts), byFirstByte };
}

function maskOf(size: number, tokens: readonly number[]): TokenMask {
  const mask = new TokenMask(size);
  for (const token of tokens) mask.add(token);
  return mask;
}

/** Code points of a plain text; 0 when it is not plain. */
function plainLength(bytes: Uint8Array): number {
  let length = 0;
  for (let i = 0; i < bytes.length; length++) {
    const width = characterWidth(bytes, i);
    if (width === 0) return 0;
    i += width;
  }
  return length;
}

function characterWidth(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  if (lead < 0x80) return lead < 0x20 || lead === 0x22 || lead === 0x5c ? 0 : 1;
  const width = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || at + width > bytes.length) return 0;
  const second = bytes[at + 1]!;
  const least = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const most = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < least || second > most) return 0;
  for (let i = 2; i < width; i++) if (bytes[at + i]! >> 6 !== 2) return 0;
  return width;
}
