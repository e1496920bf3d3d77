/**
 * Bytes of tokens in, text out: whole code points only. Bytes that begin a code point are held until it is complete;
 * bytes that can never be valid UTF-8 become U+FFFD, as does what is still held at the end.
 */
export class Detokenizer {
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  #held: Uint8Array = new Uint8Array(0);

  /** Whether bytes of an unfinished code point are held. */
  get isHolding(): boolean {
    return this.#held.length > 0;
  }

  push(bytes: Uint8Array): string {
    if (bytes.length === 0) return "";
    const all = this.#held.length === 0 ? bytes : concat(this.#held, bytes);
    const complete = all.length - unfinishedTail(all);
    this.#held = all.slice(complete);
    return complete === 0 ? "" : this.#decoder.decode(all.subarray(0, complete));
  }

  flush(): string {
    const text = this.isHolding ? this.#decoder.decode(this.#held) : "";
    this.#held = new Uint8Array(0);
    return text;
  }
}

function concat(left: Uint8Array, right: Uint8Array): Uint8Array {
  const both = new Uint8Array(left.length + right.length);
  both.set(left);
  both.set(right, left.length);
  return both;
}

/** How many bytes at the end begin a code point (RFC 3629) that further bytes may complete. */
function unfinishedTail(bytes: Uint8Array): number {
  for (let length = 1; length <= Math.min(3, bytes.length); length++) {
    const byte = bytes[bytes.length - length]!;
    if ((byte & 0b1100_0000) === 0b1000_0000) continue;
    const needed =
      byte >= 0xf0 && byte <= 0xf4 ? 4 : byte >= 0xe0 && byte < 0xf0 ? 3 : byte >= 0xc2 && byte < 0xe0 ? 2 : 1;
    return needed > length ? length : 0;
  }
  return 0;
}
