import type { CompiledGrammar } from "./compiled-grammar.ts";
import type { Configuration } from "./machine/configuration.ts";
import { walkTrie } from "./machine/mask-walk.ts";
import { TransitionTable } from "./machine/transition-table.ts";
import type { WrittenText } from "./machine/written-text.ts";
import { MaskCache } from "./mask-cache.ts";
import { TokenMask } from "./token-mask.ts";
import type { TokenTrie } from "./token-trie.ts";

export interface CacheLimits {
  /** Bytes of transition rows before they are forgotten. Default 4 MiB. */
  readonly maxTableBytes?: number;
  /** Bytes of masks kept. Default 2 MiB. */
  readonly maxMaskBytes?: number;
}

/** A grammar together with a vocabulary: the caches that all matchers of the two share. */
export class BoundGrammar {
  readonly grammar: CompiledGrammar;
  readonly trie: TokenTrie;
  readonly table: TransitionTable;
  readonly #masks: MaskCache<Configuration>;
  readonly #start: Configuration;

  constructor(grammar: CompiledGrammar, trie: TokenTrie, limits: CacheLimits = {}) {
    this.grammar = grammar;
    this.trie = trie;
    this.table = new TransitionTable(limits.maxTableBytes ?? 4 << 20, [grammar.store.threads, grammar.store.frames]);
    this.#masks = new MaskCache(limits.maxMaskBytes ?? 2 << 20);
    this.#start = grammar.start();
  }

  start(): Configuration {
    return this.#start;
  }

  /** Bytes held by the caches. */
  get cacheBytes(): number {
    return this.table.bytes + this.#masks.bytes;
  }

  /** The tokens that may follow; shared, not to be written to. */
  mask(configuration: Configuration, text: WrittenText): TokenMask {
    const { table, trie } = this;
    table.trim();
    const clipped = table.configuration(configuration.threads.map((thread) => thread.clip(trie.maxTokenBytes)))!;
    const known = this.#masks.get(clipped);
    if (known !== undefined) return known;
    const slice = trie.slices.findLast(({ length }) => clipped.freeLength >= length);
    const mask = new TokenMask(trie.size);
    if (slice !== undefined) mask.words.set(slice.mask.words);
    const wasImpure = walkTrie(slice?.rest ?? trie.all, clipped, { table, text, mask });
    for (const token of clipped.controlTokens()) mask.add(token);
    if (clipped.accepts) for (const token of trie.endTokens) mask.add(token);
    if (!wasImpure) this.#masks.set(clipped, mask);
    return mask;
  }
}
