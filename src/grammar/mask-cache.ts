import type { Configuration } from "./machine/configuration.ts";
import type { TokenMask } from "./token-mask.ts";

/**
 * Masks, each kept at its configuration, bounded by their bytes. Asking for one is a look at a field; when there are too
 * many, the half that was unused for longest goes.
 */
export class MaskCache {
  readonly #maxBytes: number;
  #kept: Configuration[] = [];
  #bytes = 0;
  #now = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(configuration: Configuration): TokenMask | undefined {
    configuration.lastUse = ++this.#now;
    return configuration.mask;
  }

  /** Precondition: the configuration has no mask yet. */
  set(configuration: Configuration, mask: TokenMask): void {
    configuration.mask = mask;
    this.#kept.push(configuration);
    this.#bytes += mask.words.byteLength;
    if (this.#bytes > this.#maxBytes) this.#forgetHalf();
  }

  clear(): void {
    for (const configuration of this.#kept) configuration.mask = undefined;
    this.#kept = [];
    this.#bytes = 0;
  }

  #forgetHalf(): void {
    this.#kept.sort((a, b) => b.lastUse - a.lastUse);
    for (const oldest of this.#kept.splice(this.#kept.length >> 1)) {
      this.#bytes -= oldest.mask!.words.byteLength;
      oldest.mask = undefined;
    }
  }
}
