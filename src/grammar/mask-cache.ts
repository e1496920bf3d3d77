import type { TokenMask } from "./token-mask.ts";

/** Masks by configuration, bounded by their bytes: the one unused for longest goes first. */
export class MaskCache<Key> {
  readonly #maxBytes: number;
  readonly #masks = new Map<Key, TokenMask>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(key: Key): TokenMask | undefined {
    const mask = this.#masks.get(key);
    if (mask === undefined) return undefined;
    this.#masks.delete(key);
    this.#masks.set(key, mask);
    return mask;
  }

  set(key: Key, mask: TokenMask): void {
    this.#masks.set(key, mask);
    this.#bytes += mask.words.byteLength;
    for (const [oldest, old] of this.#masks) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#masks.delete(oldest);
      this.#bytes -= old.words.byteLength;
    }
  }
}
