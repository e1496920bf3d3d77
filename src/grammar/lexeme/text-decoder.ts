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
  next(byte: number, escapes: ReadonlyMap<number, number>): TextDecoder | number | undefined;
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

  /** After a backslash. */
  escape(): TextDecoder {
    return new EscapeStart();
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

class EscapeStart implements TextDecoder {
  readonly key = "e";

  bytesLeft(text: TextState): number {
    let least = new HexUnit(0, 4).bytesLeft(text) + 1;
    for (const char of [0x22, 0x5c, 0x2f, 0x08, 0x0c, 0x0a, 0x0d, 0x09]) {
      least = Math.min(least, 1 + text.bytesAfter(char, char));
    }
    return least;
  }

  sharedBy(): undefined {
    return undefined;
  }

  next(byte: number, escapes: ReadonlyMap<number, number>): TextDecoder | number | undefined {
    return byte === 0x75 ? new HexUnit(0, 4) : escapes.get(byte);
  }
}

/** `left` more hexadecimal digits of a UTF-16 unit; a high surrogate must be followed by a low one. */
class HexUnit implements TextDecoder {
  readonly key: string;
  readonly #value: number;
  readonly #left: number;

  constructor(value: number, left: number) {
    this.#value = value;
    this.#left = left;
    this.key = `h${value},${left}`;
  }

  bytesLeft(text: TextState): number {
    const from = this.#value * 16 ** this.#left;
    const to = from + 16 ** this.#left - 1;
    const single = this.#left + bytesAfterScalar(text, from, to);
    const high = Math.max(from, 0xd800);
    const lastHigh = Math.min(to, 0xdbff);
    if (high > lastHigh) return single;
    return Math.min(single, this.#left + 6 + text.bytesAfter(codePointOf(high, 0xdc00), codePointOf(lastHigh, 0xdfff)));
  }

  sharedBy(): undefined {
    return undefined;
  }

  next(byte: number): TextDecoder | number | undefined {
    const digit = hexDigit(byte);
    if (digit < 0) return undefined;
    const value = this.#value * 16 + digit;
    if (this.#left > 1) return new HexUnit(value, this.#left - 1);
    if (value >= 0xd800 && value <= 0xdbff) return new LowSurrogate(value, 0, 0);
    return value >= 0xdc00 && value <= 0xdfff ? undefined : value;
  }
}

/** After a high surrogate: `\uDC00` to `\uDFFF`, of which `done` characters have come. */
class LowSurrogate implements TextDecoder {
  readonly key: string;
  readonly #high: number;
  readonly #low: number;
  readonly #done: number;

  constructor(high: number, low: number, done: number) {
    this.#high = high;
    this.#low = low;
    this.#done = done;
    this.key = `l${high},${low},${done}`;
  }

  bytesLeft(text: TextState): number {
    const left = 6 - this.#done;
    const digits = Math.min(left, 4);
    const from = Math.max(this.#low * 16 ** digits, 0xdc00);
    const to = Math.min(this.#low * 16 ** digits + 16 ** digits - 1, 0xdfff);
    return from > to ? Infinity : left + text.bytesAfter(codePointOf(this.#high, from), codePointOf(this.#high, to));
  }

  sharedBy(): undefined {
    return undefined;
  }

  next(byte: number): TextDecoder | number | undefined {
    if (this.#done < 2) {
      const expected = this.#done === 0 ? 0x5c : 0x75;
      return byte === expected ? new LowSurrogate(this.#high, 0, this.#done + 1) : undefined;
    }
    const digit = hexDigit(byte);
    if (digit < 0) return undefined;
    const low = this.#low * 16 + digit;
    if (this.#done < 5) return new LowSurrogate(this.#high, low, this.#done + 1);
    return low >= 0xdc00 && low <= 0xdfff ? codePointOf(this.#high, low) : undefined;
  }
}

/** `bytesAfter` over the range without its surrogates. */
function bytesAfterScalar(text: TextState, from: number, to: number): number {
  const below = from <= 0xd7ff ? text.bytesAfter(from, Math.min(to, 0xd7ff)) : Infinity;
  const above = to >= 0xe000 ? text.bytesAfter(Math.max(from, 0xe000), to) : Infinity;
  return Math.min(below, above);
}

function codePointOf(high: number, low: number): number {
  return 0x10000 + (high - 0xd800) * 0x400 + (low - 0xdc00);
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
