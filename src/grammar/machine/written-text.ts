import type { TextBefore } from "./thread.ts";

/** The bytes written so far; grows and shrinks at its end. */
export class WrittenText implements TextBefore {
  #bytes: Uint8Array;
  #length = 0;

  constructor(from?: WrittenText) {
    this.#bytes = from === undefined ? new Uint8Array(256) : from.#bytes.slice();
    this.#length = from === undefined ? 0 : from.#length;
  }

  get length(): number {
    return this.#length;
  }

  push(byte: number): void {
    if (this.#length === this.#bytes.length) {
      const grown = new Uint8Array(this.#length * 2);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes[this.#length++] = byte;
  }

  truncate(length: number): void {
    this.#length = length;
  }

  slice(from: number, to: number = this.#length): Uint8Array {
    return this.#bytes.slice(from, to);
  }

  need(): void {
    // The text is here.
  }

  closingString(): string {
    const start = this.#openingQuote(this.#length - 1);
    return JSON.parse(`${decodeUtf8(this.#bytes, start, this.#length)}"`) as string;
  }

  lastValue(): unknown {
    let end = this.#length - 1;
    while (isSpace(this.#bytes[end]!)) end--;
    return JSON.parse(decodeUtf8(this.#bytes, this.#startOfValue(end), end + 1));
  }

  /** Where the value starts whose last byte is at `end`: brackets are counted backwards, strings skipped. */
  #startOfValue(end: number): number {
    let depth = 0;
    for (let at = end; ; at--) {
      const byte = this.#bytes[at]!;
      if (byte === 0x22) at = this.#openingQuote(at - 1);
      else if (byte === 0x7d || byte === 0x5d) depth++;
      else if (byte === 0x7b || byte === 0x5b) depth--;
      else if (depth === 0) {
        while (at > 0 && !isDelimiter(this.#bytes[at - 1]!)) at--;
        return at;
      }
      if (depth === 0) return at;
    }
  }

  /** The nearest quote at or before `at` that no backslash escapes. */
  #openingQuote(at: number): number {
    for (let quote = at; quote > 0; quote--) {
      if (this.#bytes[quote] !== 0x22) continue;
      let before = quote;
      while (before > 0 && this.#bytes[before - 1] === 0x5c) before--;
      if ((quote - before) % 2 === 0) return quote;
    }
    return 0;
  }
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function isDelimiter(byte: number): boolean {
  return isSpace(byte) || byte === 0x5b || byte === 0x2c || byte === 0x3a;
}

/** Well-formed UTF-8 to text, without a decoder from the platform. */
export function decodeUtf8(bytes: Uint8Array, from: number, to: number): string {
  let text = "";
  for (let i = from; i < to;) {
    const lead = bytes[i]!;
    const width = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    let point = width === 1 ? lead : lead & (0xff >> (width + 1));
    for (let k = 1; k < width; k++) point = (point << 6) | (bytes[i + k]! & 0x3f);
    text += String.fromCodePoint(point);
    i += width;
  }
  return text;
}
