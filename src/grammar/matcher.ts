import { BoundGrammar, type CacheLimits } from "./bound-grammar.ts";
import type { CompiledGrammar } from "./compiled-grammar.ts";
import { GrammarError } from "./grammar-error.ts";
import type { Configuration } from "./machine/configuration.ts";
import { WrittenText } from "./machine/written-text.ts";
import { TokenMask } from "./token-mask.ts";
import type { TokenTrie } from "./token-trie.ts";

interface MatcherOptions extends CacheLimits {
  /** The first token may start with SentencePiece's dummy space, which is no part of the text. */
  readonly dummySpace?: boolean;
}

/** Where a matcher stands; one per accepted token, so that going back is exact. */
interface Position {
  readonly configuration: Configuration;
  readonly length: number;
  readonly hasEnded: boolean;
}

const SPACE = 0x20;

/**
 * Follows one answer token by token. `mask` and `tryToken` agree on every token; from every accepted state the answer
 * can be completed.
 */
export class Matcher {
  readonly #bound: BoundGrammar;
  readonly #text: WrittenText;
  readonly #dummySpace: boolean;
  #positions: Position[];

  /** `grammar`: bind it once with `bindGrammar` when several matchers are to share caches. */
  constructor(grammar: CompiledGrammar | BoundGrammar, trie?: TokenTrie, options: MatcherOptions = {}) {
    this.#bound = grammar instanceof BoundGrammar ? grammar : bindGrammar(grammar, trie, options);
    this.#dummySpace = options.dummySpace ?? false;
    this.#text = new WrittenText();
    this.#positions = [{ configuration: this.#bound.start(), length: 0, hasEnded: false }];
  }

  /** The tokens that may come next. Shared with other matchers unless it is the first mask under `dummySpace`. */
  mask(): TokenMask {
    this.#bound.grammar.meter.refill();
    const { configuration, hasEnded } = this.#position;
    if (hasEnded) return new TokenMask(this.#bound.trie.size);
    const mask = this.#bound.mask(configuration, this.#text);
    return this.#mayDropSpace ? this.#withDummySpace(mask) : mask;
  }

  /** Whether the token may come next; changes nothing and costs far less than a mask. */
  tryToken(token: number): boolean {
    return this.#after(token) !== undefined;
  }

  /** Takes a token. Precondition: `tryToken(token)`; a token that may not come throws and changes nothing. */
  accept(token: number): void {
    const after = this.#after(token);
    if (after === undefined) throw new GrammarError({ code: "malformed", reason: `token ${token} may not come next` });
    for (const byte of after.bytes) this.#text.push(byte);
    this.#positions.push({ configuration: after.configuration, length: this.#text.length, hasEnded: after.hasEnded });
  }

  /** Goes back by `tokens` tokens, as if they had never been accepted. */
  rollback(tokens: number): void {
    if (tokens >= this.#positions.length) throw new RangeError(`cannot go back ${tokens} tokens`);
    this.#positions.length -= tokens;
    this.#text.truncate(this.#position.length);
  }

  /** An independent matcher at the same place. */
  clone(): Matcher {
    const copy = new Matcher(this.#bound, undefined, { dummySpace: this.#dummySpace });
    copy.#positions = [...this.#positions];
    for (const byte of this.#text.slice(0)) copy.#text.push(byte);
    return copy;
  }

  /** Whether the answer may end here. */
  canEnd(): boolean {
    return this.#position.hasEnded || this.#position.configuration.accepts;
  }

  /** Whether an end-of-generation token was accepted. */
  get hasEnded(): boolean {
    return this.#position.hasEnded;
  }

  /** Whether nothing but the end may come. */
  mustEnd(): boolean {
    if (this.#position.hasEnded) return true;
    return this.#position.configuration.threads.every((thread) => thread.isEnd === true);
  }

  /** Bytes after which the answer can be complete; an upper bound of the tokens needed, since every byte is a token. */
  bytesToClose(): number {
    return this.#position.hasEnded ? 0 : this.#position.configuration.bytesToClose();
  }

  /** The text of the accepted tokens. */
  text(): Uint8Array {
    return this.#text.slice(0);
  }

  get #position(): Position {
    return this.#positions.at(-1)!;
  }

  get #mayDropSpace(): boolean {
    return this.#dummySpace && this.#positions.length === 1;
  }

  #after(token: number): { configuration: Configuration; bytes: Uint8Array; hasEnded: boolean } | undefined {
    const { configuration, hasEnded } = this.#position;
    if (hasEnded) return undefined;
    const { trie, grammar } = this.#bound;
    grammar.meter.refill();
    const bytes = trie.textBytes(token);
    if (bytes !== undefined) return this.#afterText(bytes);
    if (trie.endTokens.includes(token)) {
      return configuration.accepts ? { configuration, bytes: NO_BYTES, hasEnded: true } : undefined;
    }
    const next = this.#bound.table.configuration(configuration.threadsAfterToken(token));
    return next && { configuration: next, bytes: NO_BYTES, hasEnded: false };
  }

  #afterText(bytes: Uint8Array): { configuration: Configuration; bytes: Uint8Array; hasEnded: boolean } | undefined {
    const configuration = this.#read(bytes);
    if (configuration !== undefined) return { configuration, bytes, hasEnded: false };
    if (!this.#mayDropSpace || bytes[0] !== SPACE) return undefined;
    const rest = bytes.subarray(1);
    const afterRest = this.#read(rest);
    return afterRest && { configuration: afterRest, bytes: rest, hasEnded: false };
  }

  #read(bytes: Uint8Array): Configuration | undefined {
    const { length } = this.#text;
    let configuration: Configuration | undefined = this.#position.configuration;
    for (const byte of bytes) {
      configuration = this.#bound.table.follow(configuration, byte, this.#text);
      if (configuration === undefined) break;
      this.#text.push(byte);
    }
    this.#text.truncate(length);
    return configuration;
  }

  /** A first token may stand for its bytes without their leading space. */
  #withDummySpace(mask: TokenMask): TokenMask {
    const widened = new TokenMask(mask.size, mask.words.slice());
    for (let token = 0; token < mask.size; token++) {
      if (this.#bound.trie.textBytes(token)?.[0] === SPACE && !widened.has(token) && this.tryToken(token))
        widened.add(token);
    }
    return widened;
  }
}

const NO_BYTES = new Uint8Array(0);

/** Prepares a grammar for a vocabulary; matchers made from the result share its caches. */
export function bindGrammar(
  grammar: CompiledGrammar,
  trie: TokenTrie | undefined,
  limits: CacheLimits = {},
): BoundGrammar {
  if (trie === undefined) throw new TypeError("a compiled grammar needs a token trie");
  return new BoundGrammar(grammar, trie, limits);
}
