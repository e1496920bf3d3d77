/** Length of one block of a prompt, in characters: about 64 tokens. */
const BLOCK = 256;
/** Of a longer prompt only the beginning is compared: what differs late was long in common. */
const COMPARED_BLOCKS = 128;
/** Blocks remembered of one engine: about a million characters. */
const REMEMBERED = 4_096;

/**
 * A number for each block of a prompt, made of the block and all before it: two prompts share their first n numbers when
 * they share their first n blocks. (FNV-1a; a collision costs a detour, never an answer.)
 */
export function prefixBlocks(prompt: string): number[] {
  const count = Math.min(COMPARED_BLOCKS, Math.floor(prompt.length / BLOCK));
  const blocks: number[] = [];
  let hash = 0x811c9dc5;
  for (let i = 0; i < count * BLOCK; i++) {
    hash = Math.imul(hash ^ prompt.charCodeAt(i), 0x01000193);
    if (i % BLOCK === BLOCK - 1) blocks.push(hash);
  }
  return blocks;
}

/** What an engine has worked through lately, as far as its client can know: its prefix cache, guessed. */
export class PrefixMemory {
  /** In the order of their last use. */
  readonly #blocks = new Set<number>();

  /** How many blocks of a prompt, from its beginning, the engine has probably kept. */
  matched(blocks: readonly number[]): number {
    const first = blocks.findIndex((block) => !this.#blocks.has(block));
    return first === -1 ? blocks.length : first;
  }

  remember(blocks: readonly number[]): void {
    // The end first, so that a prompt's beginning is forgotten last: without it the rest is worth nothing.
    for (const block of blocks.toReversed()) {
      this.#blocks.delete(block);
      this.#blocks.add(block);
    }
    for (const oldest of this.#blocks) {
      if (this.#blocks.size <= REMEMBERED) break;
      this.#blocks.delete(oldest);
    }
  }

  /** The engine may have started anew. */
  forget(): void {
    this.#blocks.clear();
  }
}
