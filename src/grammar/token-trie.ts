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
const NO_TOKEN = 0xffffff;
/** Plain tokens of up to so many code points share one mask; see `TokenSlice`. */
const SLICE_LENGTHS = [10, Infinity];

/**
 * A byte trie in depth-first order, two words per node: `byte | token << 8` and `skip << 8 | depth`, where `skip` is how
 * many nodes the subtree has. One pass over the array visits what is alive and jumps over what is not.
 */
export interface PackedTrie {
  readonly nodes: Int32Array;
  /** Where in `nodes` the tokens start whose first byte is at least `b`; 257 entries. */
  readonly starts: Int32Array;
  /** The further tokens with the same bytes, by the first of them. */
  readonly duplicates: ReadonlyMap<number, readonly number[]>;
}

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
  /** The tokens of text that start with a space. */
  readonly spaceTokens: readonly number[];
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
  const maxTokenBytes = sorted.reduce((most, token) => Math.max(most, texts[token]!.length), 0);
  return {
    size,
    all: pack(sorted, texts),
    slices: SLICE_LENGTHS.map((limit) => makeSlice({ sorted, texts, lengths, size }, Math.min(limit, maxTokenBytes))),
    maxTokenBytes,
    endTokens,
    spaceTokens: sorted.filter((token) => texts[token]![0] === 0x20),
    textBytes: (token) => texts[token],
    tokenize: vocabulary.tokenize === undefined ? undefined : (text) => vocabulary.tokenize!(text),
  };
}

interface SliceSource {
  readonly sorted: readonly number[];
  readonly texts: readonly (Uint8Array | undefined)[];
  readonly lengths: readonly number[];
  readonly size: number;
}

function makeSlice({ sorted, texts, lengths, size }: SliceSource, length: number): TokenSlice {
  const isIn = (token: number): boolean => lengths[token]! > 0 && lengths[token]! <= length;
  const mask = new TokenMask(size);
  for (const token of sorted) if (isIn(token)) mask.add(token);
  const rest = sorted.filter((token) => !isIn(token));
  const byFirstByte: number[][] = Array.from({ length: 256 }, () => []);
  for (const token of mask) byFirstByte[texts[token]![0]!]!.push(token);
  return { length, mask, rest: pack(rest, texts), byFirstByte };
}

function sortedTokens(texts: readonly (Uint8Array | undefined)[]): number[] {
  const tokens = texts.flatMap((bytes, token) => (bytes === undefined ? [] : [token]));
  return tokens.sort((a, b) => compareBytes(texts[a]!, texts[b]!) || a - b);
}

function pack(sorted: readonly number[], texts: readonly (Uint8Array | undefined)[]): PackedTrie {
  const bytesOf: number[] = [];
  const depths: number[] = [];
  const tokens: number[] = [];
  const duplicates = new Map<number, number[]>();
  let previous = new Uint8Array(0);
  for (const token of sorted) {
    const bytes = texts[token]!;
    let common = 0;
    while (common < previous.length && common < bytes.length && previous[common] === bytes[common]) common++;
    if (common === bytes.length && common === previous.length) {
      const first = tokens.at(-1)!;
      duplicates.set(first, [...(duplicates.get(first) ?? []), token]);
      continue;
    }
    for (let depth = common; depth < bytes.length; depth++) {
      bytesOf.push(bytes[depth]!);
      depths.push(depth + 1);
      tokens.push(depth === bytes.length - 1 ? token : NO_TOKEN);
    }
    previous = new Uint8Array(bytes);
  }
  const nodes = new Int32Array(bytesOf.length * 2);
  const open: number[] = [];
  const close = (end: number, depth: number): void => {
    while (open.length > 0 && depths[open.at(-1)!]! >= depth) {
      const node = open.pop()!;
      nodes[2 * node + 1] = ((end - node) << 8) | depths[node]!;
    }
  };
  for (let node = 0; node < bytesOf.length; node++) {
    close(node, depths[node]!);
    nodes[2 * node] = bytesOf[node]! | (tokens[node]! << 8);
    open.push(node);
  }
  close(bytesOf.length, 0);
  return { nodes, duplicates, starts: startsOf(nodes) };
}

function startsOf(nodes: Int32Array): Int32Array {
  const starts = new Int32Array(257).fill(nodes.length);
  for (let i = 0; i < nodes.length; i += (nodes[i + 1]! >>> 8) << 1) {
    for (let byte = nodes[i]! & 0xff; byte >= 0 && starts[byte] === nodes.length; byte--) starts[byte] = i;
  }
  return starts;
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

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}
