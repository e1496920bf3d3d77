import type { Origin } from "./origin.ts";
import { commonPrefixLength } from "./token-list.ts";

/** The saved state of a prefix that is no longer in the cache. */
export interface ColdPrefix {
  /** Adapter the state was computed under; states of another never match. */
  readonly space: string;
  readonly tokens: Int32Array;
  readonly origin: Origin;
  readonly state: Uint8Array;
}

/** Prefixes with fewer tokens of their own, or a smaller share of them, are not worth saving. */
const MIN_SAVED_TOKENS = 32;
const MIN_SAVED_SHARE = 1 / 16;

/** Prefixes moved out of the cache into RAM, least recently used dropped first when `capacityBytes` is exceeded. */
export class ColdStore {
  readonly #capacityBytes: number;
  /** Least recently used first. */
  readonly #entries = new Set<ColdPrefix>();
  #bytes = 0;
  /** Of the last state that came. */
  #bytesPerToken = 0;

  constructor(capacityBytes: number) {
    this.#capacityBytes = capacityBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether so many tokens, of which others still hold some, should come here rather than be forgotten. */
  isWorthSaving(tokens: number, heldByOthers: number): boolean {
    const fits = this.#capacityBytes > 0 && tokens * this.#bytesPerToken <= this.#capacityBytes;
    return fits && tokens - heldByOthers >= Math.max(MIN_SAVED_TOKENS, tokens * MIN_SAVED_SHARE);
  }

  put(entry: ColdPrefix): void {
    this.#bytesPerToken = entry.state.byteLength / entry.tokens.length;
    if (entry.state.byteLength > this.#capacityBytes) return;
    for (const other of this.#entries) {
      const common = other.space === entry.space ? commonPrefixLength(other.tokens, entry.tokens) : 0;
      if (common === entry.tokens.length) return this.#touch(other);
      if (common === other.tokens.length) this.delete(other);
    }
    this.#entries.add(entry);
    this.#bytes += entry.state.byteLength;
    for (const oldest of this.#entries) {
      if (this.#bytes <= this.#capacityBytes) break;
      this.delete(oldest);
    }
  }

  /** The entry that shares the longest prefix with `tokens`. */
  match(tokens: Int32Array, space: string): { readonly length: number; readonly entry: ColdPrefix } | undefined {
    let best: { length: number; entry: ColdPrefix } | undefined;
    for (const entry of this.#entries) {
      if (entry.space !== space) continue;
      const length = commonPrefixLength(entry.tokens, tokens);
      if (length > (best?.length ?? 0)) best = { length, entry };
    }
    if (best !== undefined) this.#touch(best.entry);
    return best;
  }

  delete(entry: ColdPrefix): void {
    if (this.#entries.delete(entry)) this.#bytes -= entry.state.byteLength;
  }

  #touch(entry: ColdPrefix): void {
    if (this.#entries.delete(entry)) this.#entries.add(entry);
  }
}
