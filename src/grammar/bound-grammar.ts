import type { CompiledGrammar } from "./compiled-grammar.ts";
import { tokensToClose } from "./machine/closing.ts";
import type { Configuration } from "./machine/configuration.ts";
import { Likeness } from "./machine/likeness.ts";
import { isMostlyFree, type Walk, walkOthers, walkSlice, walkTrie, walkWhitespace } from "./machine/mask-walk.ts";
import { TransitionTable } from "./machine/transition-table.ts";
import { WrittenText } from "./machine/written-text.ts";
import { MaskCache } from "./mask-cache.ts";
import { TokenMask } from "./token-mask.ts";
import type { TokenTrie } from "./token-trie.ts";

export interface CacheLimits {
  /** Bytes of transition rows and of the states that were met before they are forgotten. Default 4 MiB, or 64 per token of the vocabulary. */
  readonly maxTableBytes?: number;
  /** Bytes of masks kept. Default 1 MiB, or as much as 128 masks take. */
  readonly maxMaskBytes?: number;
}

function remove(from: Int32Array, others: Int32Array): void {
  for (let i = 0; i < from.length; i++) from[i]! &= ~others[i]!;
}

/** A token rarely opens more values than this at once. */
const VALUES_PER_TOKEN = 16;

/** A grammar together with a vocabulary: the caches that all matchers of the two share. */
export class BoundGrammar {
  readonly grammar: CompiledGrammar;
  readonly trie: TokenTrie;
  readonly table: TransitionTable;
  readonly #masks: MaskCache;
  readonly #likeness: Likeness;
  readonly #start: Configuration;
  #spacedStart: TokenMask | undefined;

  constructor(grammar: CompiledGrammar, trie: TokenTrie, limits: CacheLimits = {}) {
    this.grammar = grammar;
    this.trie = trie;
    this.table = new TransitionTable({
      maxBytes: limits.maxTableBytes ?? Math.max(4 << 20, trie.size << 6),
      reach: trie.maxTokenBytes,
      store: grammar.store,
      forget: () => grammar.forget(),
    });
    this.#likeness = new Likeness({ table: this.table, tails: trie.tails, reach: trie.maxTokenBytes });
    this.#masks = new MaskCache(limits.maxMaskBytes ?? Math.max(1 << 20, trie.size << 4));
    this.#start = grammar.start();
  }

  start(): Configuration {
    return this.#start;
  }

  /** Bytes held by the caches. */
  get cacheBytes(): number {
    return this.table.bytes + this.#masks.bytes;
  }

  /** The fewest tokens that the closing of answers counts on; an answer with this many can be complete. */
  minTokens(): number {
    return this.tokensToClose(this.#start, new WrittenText());
  }

  tokensToClose(configuration: Configuration, text: WrittenText): number {
    return tokensToClose(configuration, { table: this.table, trie: this.trie.all, text });
  }

  /** The tokens that may follow; shared, not to be written to. */
  mask(from: Configuration, text: WrittenText): TokenMask {
    if (this.table.trim()) this.#likeness.trim();
    const slot = this.#likeness.slotOf(from);
    const known = this.#masks.get(slot);
    if (known !== undefined) return known;
    const configuration = this.table.common(from);
    const mask = new TokenMask(this.trie.size);
    const wasImpure = this.#fill(configuration, { table: this.table, text, mask });
    for (const token of configuration.controlTokens()) mask.add(token);
    if (configuration.accepts) for (const token of this.trie.endTokens) mask.add(token);
    if (!wasImpure) this.#masks.set(slot, mask);
    return mask;
  }

  /** The tokens that may come first where the first one may start with SentencePiece's dummy space; shared. */
  spacedStartMask(): TokenMask {
    if (this.#spacedStart !== undefined) return this.#spacedStart;
    const text = new WrittenText();
    const mask = new TokenMask(this.trie.size, this.mask(this.#start, text).words.slice());
    walkTrie(this.trie.unspaced, this.#start, { table: this.table, text, mask });
    for (const token of this.trie.bareSpaces) mask.add(token);
    return (this.#spacedStart = mask);
  }

  /** The tokens that may follow and after which the rest of the budget still completes the answer. */
  closingMask(configuration: Configuration, text: WrittenText, remainingTokens: number): TokenMask {
    const whole = this.mask(configuration, text);
    // The walk has met every type that a next token can open, so that this bounds how far one token can lead.
    const farthest = configuration.bytesToClose() + VALUES_PER_TOKEN * (this.grammar.largestValue + 8);
    if (farthest <= remainingTokens - 1) return whole;
    const deadline = {
      tokens: remainingTokens - 1,
      tokensToClose: (after: Configuration) => this.tokensToClose(after, text),
    };
    const mask = this.#walkedMask(configuration, text, deadline);
    if (mask.count() > 0) return mask;
    // Less is left than the way takes: then at least every token leads towards the end.
    const nearer = configuration.bytesToClose() - 1;
    return this.#walkedMask(configuration, text, { tokens: nearer, tokensToClose: (after) => after.bytesToClose() });
  }

  /** Adds the tokens that may follow, by the shortest walk; whether the text before had to be read. */
  #fill(configuration: Configuration, walk: Walk): boolean {
    const { trie, table } = this;
    const settled = table.settled(configuration);
    if (settled !== configuration) return this.#fillGap(configuration, settled, walk);
    const slice =
      trie.slices.findLast(({ length }) => configuration.freeLength >= length) ??
      (isMostlyFree(table, configuration, trie.maxTokenBytes) ? trie.slices.at(-1) : undefined);
    if (slice !== undefined) return walkSlice(trie.all, slice, configuration, walk);
    const { barred } = configuration;
    if (barred === undefined) return walkTrie(trie.all, configuration, walk);
    const { words } = walk.mask;
    words.set(trie.slices.at(-1)!.mask.words);
    for (const point of barred) remove(words, trie.containing(point).words);
    return walkOthers(trie.all, trie.slices.at(-1)!, configuration, walk);
  }

  /** Inside a gap only the tokens that start with whitespace differ from those before it. */
  #fillGap(configuration: Configuration, settled: Configuration, walk: Walk): boolean {
    const { words } = this.mask(settled, walk.text);
    const { words: spaced } = this.trie.whitespace;
    for (let i = 0; i < words.length; i++) walk.mask.words[i] = words[i]! & ~spaced[i]!;
    const isRemembered = this.#likeness.slotOf(settled).mask !== undefined;
    return walkWhitespace(this.trie.all, configuration, walk) || !isRemembered;
  }

  /** The whole trie walked under a deadline. */
  #walkedMask(configuration: Configuration, text: WrittenText, deadline: NonNullable<Walk["deadline"]>): TokenMask {
    const { table, trie } = this;
    const mask = new TokenMask(trie.size);
    walkTrie(trie.all, configuration, { table, text, mask, deadline });
    for (const token of configuration.controlTokens()) {
      const after = table.configuration(configuration.threadsAfterToken(token));
      if (after !== undefined && deadline.tokensToClose(after) <= deadline.tokens) mask.add(token);
    }
    if (configuration.accepts) for (const token of trie.endTokens) mask.add(token);
    return mask;
  }
}
