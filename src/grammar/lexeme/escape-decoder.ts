import { bytesAfterScalar, type TextDecoder } from "./text-decoder.ts";
import type { TextState } from "./text-state.ts";

/**
 * How the characters of a JSON string may be written. `any`: in every way that JSON knows; `plain`: escaped only where
 * they must be, and in the shortest way, so that a text has a single spelling (but for the case of hexadecimal digits).
 */
export type Spelling = "any" | "plain";

/** The escapes of one letter. */
const SHORT: ReadonlyMap<number, number> = new Map(
  Object.entries({ '"': '"', "\\": "\\", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" }).map(([letter, char]) => [
    letter.charCodeAt(0),
    char.charCodeAt(0),
  ]),
);
const SLASH = 0x2f;
/** Characters that only a hexadecimal escape can write. */
const RARE_CONTROLS = Array.from({ length: 0x20 }, (_, char) => char).filter(
  (char) => ![...SHORT.values()].includes(char),
);

/** After a backslash. */
export function escapeDecoder(spelling: Spelling): TextDecoder {
  return new EscapeStart(spelling);
}

class EscapeStart implements TextDecoder {
  readonly key: string;
  readonly #isPlain: boolean;

  constructor(spelling: Spelling) {
    this.#isPlain = spelling === "plain";
    this.key = `e${spelling}`;
  }

  bytesLeft(text: TextState): number {
    let least = this.#hex().bytesLeft(text) + 1;
    for (const char of SHORT.values()) least = Math.min(least, 1 + text.bytesAfter(char, char));
    return this.#isPlain ? least : Math.min(least, 1 + text.bytesAfter(SLASH, SLASH));
  }

  sharedBy(): undefined {
    return undefined;
  }

  next(byte: number): TextDecoder | number | undefined {
    if (byte === 0x75) return this.#hex();
    return byte === SLASH && !this.#isPlain ? SLASH : SHORT.get(byte);
  }

  #hex(): TextDecoder {
    return this.#isPlain ? new ControlHex(0, 4) : new HexUnit(0, 4);
  }
}

/** `left` more hexadecimal digits of one of the rare controls. */
class ControlHex implements TextDecoder {
  readonly key: string;
  readonly #value: number;
  readonly #left: number;

  constructor(value: number, left: number) {
    this.#value = value;
    this.#left = left;
    this.key = `c${value},${left}`;
  }

  bytesLeft(text: TextState): number {
    const possible = RARE_CONTROLS.filter((char) => char >> (4 * this.#left) === this.#value);
    return this.#left + Math.min(...possible.map((char) => text.bytesAfter(char, char)));
  }

  sharedBy(): undefined {
    return undefined;
  }

  next(byte: number): TextDecoder | number | undefined {
    const digit = hexDigit(byte);
    if (digit < 0) return undefined;
    const value = this.#value * 16 + digit;
    if (this.#left > 1) return new ControlHex(value, this.#left - 1);
    return RARE_CONTROLS.includes(value) ? value : undefined;
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

function codePointOf(high: number, low: number): number {
  return 0x10000 + (high - 0xd800) * 0x400 + (low - 0xdc00);
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
