import type { PackedTrie, TokenTexts } from "./packed-trie.ts";
import { NO_TOKEN } from "./packed-trie.ts";
import { maskOf, type TokenMask } from "./token-mask.ts";

/** Plain tokens of up to so many code points share one mask; see `TokenSlice`. */
export const SLICE_LENGTHS = [10, Infinity];

/**
 * The tokens of plain text (well-formed UTF-8 without quotes, backslashes and controls) of at most `length` code points.
 * Below a node from where any such text may follow they need no visit, since their mask is made in advance.
 */
export interface TokenSlice {
  readonly length: number;
  readonly mask: TokenMask;
  /** The tokens of the mask in the order of the trie, and how many of them come before each node. */
  readonly tokens: Int32Array;
  readonly before: Int32Array;
  /** For each node, the first one from there on with a token at or below it that is not in the mask. */
  readonly nextOther: Int32Array;
}

/** The tokens of a vocabulary: `sorted` in the order of the trie. */
interface SliceSource {
  readonly sorted: readonly number[];
  readonly texts: TokenTexts;
  readonly size: number;
}

export function makeSlice(trie: PackedTrie, source: SliceSource, length: number): TokenSlice {
  const tokens = source.sorted.filter((token) => {
    const plain = plainLength(source.texts[token]!);
    return plain > 0 && plain <= length;
  });
  const mask = maskOf(tokens, source.size);
  const { nodes, duplicates } = trie;
  const count = nodes.length >> 1;
  const before = new Int32Array(count + 1);
  const others = new Int32Array(count + 1);
  for (let node = 0; node < count; node++) {
    const token = nodes[2 * node]! >>> 8;
    const twins = token === NO_TOKEN ? 0 : 1 + (duplicates.get(token)?.length ?? 0);
    // Tokens with the same bytes are all in the mask, or none of them is.
    const isIn = token !== NO_TOKEN && mask.has(token);
    before[node + 1] = before[node]! + (isIn ? twins : 0);
    others[node + 1] = others[node]! + (isIn ? 0 : twins);
  }
  const nextOther = new Int32Array(count + 1).fill(count);
  for (let node = count - 1; node >= 0; node--) {
    const end = node + (nodes[2 * node + 1]! >>> 8);
    nextOther[node] = others[end]! > others[node]! ? node : nextOther[node + 1]!;
  }
  return { length, mask, tokens: Int32Array.from(tokens), before, nextOther };
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
