import { type ByteRange, byteRange } from "./byte-range.ts";
import type { TextState } from "./text-state.ts";

/**
 * What is known of a character of which only some bytes have come. Both encodings narrow a contiguous range as bytes
 * come: the code points of a UTF-8 prefix, and the UTF-16 units of `\u` and some hexadecimal digits.
 */
export interface TextDecoder {
  /** Equal decoders have equal keys. */
  readonly key: string;
  /** Bytes until `text` can be accepted, the rest of this character included; Infinity when no character is right. */
  bytesLeft(text: TextState): number;
  /** Set when every character still possible leads to one state: which one it is then makes no difference. */
  sharedBy(text: TextState): SharedCharacter | undefined;
  /** The decoder after one more byte, the code point when that byte completes it, undefined when it is malformed. */
  next(byte: number): TextDecoder | number | undefined;
}

/** Any character of `left` more bytes, the next of them in [low, high]. */
export interface SharedCharacter {
  readonly target: TextState;
  readonly left: number;
  readonly low: number;
  readonly high: number;
}

/** First bytes with the same rules for the second one, and the code points that they begin. */
const LEADS: readonly (readonly [first: number, last: number, from: number, to: number])[] = [
  [0x80, 0xc1, 0, 0],
  [0xc2, 0xdf, 0x80, 0x7ff],
  [0xe0, 0xe0, 0x800, 0xfff],
  [0xe1, 0xec, 0x1000, 0xcfff],
  [0xed, 0xed, 0xd000, 0xd7ff],
  [0xee, 0xef, 0xe000, 0xffff],
  [0xf0, 0xf0, 0x10000, 0x3ffff],
  [0xf1, 0xf3, 0x40000, 0xfffff],
  [0xf4, 0xf4, 0x100000, 0x10ffff],
  [0xf5, 0xff, 0, 0],
];

export const DecodedText = {
  /** After the first byte of a multi-byte character; undefined when no character starts with it. */
  utf8(lead: number): TextDecoder | undefined {
    if (lead >= 0xc2 && lead <= 0xdf) return new Utf8Rest((lead & 0x1f) << 6, 1);
    if (lead >= 0xe0 && lead <= 0xef) return new Utf8Rest((lead & 0x0f) << 12, 2);
    if (lead >= 0xf0 && lead <= 0xf4) return new Utf8Rest((lead & 0x07) << 18, 3);
    return undefined;
  },

  /** First bytes around `lead` that all lead to the same place in `text`. */
  alikeLeads(lead: number, text: TextState): ByteRange {
    const group = LEADS.find(([first, last]) => first <= lead && lead <= last)!;
    const [first, last, from, to] = group;
    const [low, high] = text.alike(from);
    return low <= from && to <= high ? byteRange(first, last) : byteRange(lead, lead);
  },
};

/** `left` more continuation bytes add six bits each to `from`. Overlong forms, surrogates and >10FFFF stay out. */
class Utf8Rest implements TextDecoder {
  readonly key: string;
  readonly #from: number;
  readonly #left: number;

  constructor(from: number, left: number) {
    this.#from = from;
    this.#left = left;
    this.key = `u${from},${left}`;
  }

  bytesLeft(text: TextState): number {
    return this.#left + bytesAfterScalar(text, ...this.#range());
  }

  sharedBy(text: TextState): SharedCharacter | undefined {
    const [from, to] = this.#range();
    const below = from <= 0xd7ff ? text.common(from, Math.min(to, 0xd7ff)) : undefined;
    const above = to >= 0xe000 ? text.common(Math.max(from, 0xe000), to) : undefined;
    const straddles = from <= 0xd7ff && to >= 0xe000;
    const target = straddles && below !== above ? undefined : (below ?? above);
    if (target === undefined) return undefined;
    // The next byte is all that is left to decide about: what it may be tells these characters apart from others.
    const low = this.#left === 1 ? 0x80 : 0x80 | ((Math.max(from, this.#from) >> (6 * (this.#left - 1))) & 0x3f);
    const high = this.#left === 1 ? 0xbf : 0x80 | ((to >> (6 * (this.#left - 1))) & 0x3f);
    return { target, left: this.#left, low, high: this.#from === 0xd000 && this.#left === 2 ? 0x9f : high };
  }

  next(byte: number): TextDecoder | number | undefined {
    if (byte < 0x80 || byte > 0xbf) return undefined;
    const from = this.#from + ((byte & 0x3f) << (6 * (this.#left - 1)));
    if (this.#left === 1) return from;
    if (this.#left === 2 && (from < 0x800 || (from >= 0xd800 && from <= 0xdfff))) return undefined;
    if (this.#left === 3 && (from < 0x10000 || from > 0x10ffff)) return undefined;
    return new Utf8Rest(from, this.#left - 1);
  }

  /** The code points still possible. */
  #range(): [number, number] {
    const least = this.#left === 2 ? 0x800 : this.#left === 3 ? 0x10000 : 0;
    return [Math.max(this.#from, least), Math.min(0x10ffff, this.#from + 64 ** this.#left - 1)];
  }
}

/** `bytesAfter` over the range without its surrogates. */
export function bytesAfterScalar(text: TextState, from: number, to: number): number {
  const below = from <= 0xd7ff ? text.bytesAfter(from, Math.min(to, 0xd7ff)) : Infinity;
  const above = to >= 0xe000 ? text.bytesAfter(Math.max(from, 0xe000), to) : Infinity;
  return Math.min(below, above);
}
