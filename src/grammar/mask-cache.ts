import type { TokenMask } from "./token-mask.ts";

/** The tokens that may follow configurations that are alike, once they were asked for. */
export interface MaskSlot {
  mask: TokenMask | undefined;
  lastUse: number;
}

/**
 * Masks, each kept in its slot, bounded by their bytes. Asking for one is a look at a field; when there are too many, the half
 * that was unused for longest goes.
 */
export class MaskCache {
  readonly #maxBytes: number;
  readonly #kept: MaskSlot[] = [];
  #bytes = 0;
  #now = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(slot: MaskSlot): TokenMask | undefined {
    slot.lastUse = ++this.#now;
    return slot.mask;
  }

  /** Precondition: the slot has no mask yet. */
  set(slot: MaskSlot, mask: TokenMask): void {
    slot.mask = mask;
    this.#kept.push(slot);
    this.#bytes += mask.words.byteLength;
    if (this.#bytes > this.#maxBytes) this.#forgetHalf();
  }

  #forgetHalf(): void {
    this.#kept.sort((a, b) => b.lastUse - a.lastUse);
    for (const oldest of this.#kept.splice(this.#kept.length >> 1)) {
      this.#bytes -= oldest.mask!.words.byteLength;
      oldest.mask = undefined;
    }
  }
}
