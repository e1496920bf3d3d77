import { BoundGrammar, type CacheLimits } from "./bound-grammar.ts";
import type { CompiledGrammar } from "./compiled-grammar.ts";
import { forcedText, stableTokens } from "./forced.ts";
import { GrammarError } from "./grammar-error.ts";
import type { Configuration } from "./machine/configuration.ts";
import { type Span, SpanRecord } from "./machine/spans.ts";
import type { SpanKind } from "./machine/thread.ts";
import { WrittenText } from "./machine/written-text.ts";
import { TokenMask } from "./token-mask.ts";
import type { TokenTrie } from "./token-trie.ts";

interface MatcherOptions extends CacheLimits {
  /** The first token may start with SentencePiece's dummy space, which is no part of the text. */
  readonly dummySpace?: boolean;
}

interface Budget {
  /**
   * Tokens that may still be written, an end token not counted. What is answered then leaves out every token after which
   * the rest would not suffice, so that an answer started with at least `BoundGrammar.minTokens` is always complete in time.
   */
  readonly remainingTokens?: number;
}

/** Where a matcher stands; one per accepted token, so that going back is exact. */
interface Position {
  readonly configuration: Configuration;
  readonly length: number;
  readonly hasEnded: boolean;
}

/** What accepting a token would lead to. */
interface Step {
  readonly configuration: Configuration;
  readonly bytes: Uint8Array;
  readonly spans: readonly SpanKind[];
  readonly hasEnded: boolean;
}

const SPACE = 0x20;
const NO_BYTES = new Uint8Array(0);

/**
 * Follows one answer token by token. `mask` and `tryToken` agree on every token; from every accepted state the answer
 * can be completed.
 */
export class Matcher {
  readonly #bound: BoundGrammar;
  readonly #text: WrittenText;
  readonly #dummySpace: boolean;
  #spans = new SpanRecord();
  #positions: Position[];
  /** The latest tried token and its outcome, since most tokens are tried before they are accepted. */
  #tried: { readonly token: number; readonly step: Step | undefined } | undefined;
  #hasPrefix = false;

  /** `grammar`: bind it once with `bindGrammar` when several matchers are to share caches. */
  constructor(grammar: CompiledGrammar | BoundGrammar, trie?: TokenTrie, options: MatcherOptions = {}) {
    this.#bound = grammar instanceof BoundGrammar ? grammar : bindGrammar(grammar, trie, options);
    this.#dummySpace = options.dummySpace ?? false;
    this.#text = new WrittenText();
    this.#positions = [{ configuration: this.#bound.start(), length: 0, hasEnded: false }];
  }

  /** The tokens that may come next; shared with other matchers, not to be written to. */
  mask(options: Budget = {}): TokenMask {
    this.#bound.grammar.meter.refill();
    const { configuration, hasEnded } = this.#position;
    const bound = this.#bound;
    if (hasEnded) return new TokenMask(bound.trie.size);
    const { remainingTokens } = options;
    if (remainingTokens !== undefined) {
      const mask = bound.closingMask(configuration, this.#text, remainingTokens);
      return this.#mayDropSpace ? this.#spacedClosingMask(mask, remainingTokens) : mask;
    }
    return this.#mayDropSpace ? bound.spacedStartMask() : bound.mask(configuration, this.#text);
  }

  /** Whether the token may come next, the budget aside; changes nothing and costs far less than a mask. */
  tryToken(token: number): boolean {
    return this.#after(token) !== undefined;
  }

  /** Takes a token; one that may not come throws and changes nothing. */
  accept(token: number): void {
    const step = this.#after(token);
    if (step === undefined) throw new GrammarError({ code: "malformed", reason: `token ${token} may not come next` });
    for (const byte of step.bytes) this.#text.push(byte);
    for (const span of step.spans) this.#spans.push(span);
    this.#tried = undefined;
    this.#positions.push({ configuration: step.configuration, length: this.#text.length, hasEnded: step.hasEnded });
  }

  /**
   * Takes text that stands there already, before any token, as the beginning of the answer. Returns how many of its bytes
   * may stand there; fewer than all: nothing is taken.
   */
  startWith(bytes: Uint8Array): number {
    let configuration: Configuration | undefined = this.#position.configuration;
    this.#bound.grammar.meter.refill();
    for (const [at, byte] of bytes.entries()) {
      const span = configuration.spanOf(byte, this.#text);
      const next: Configuration | undefined = this.#bound.table.follow(configuration, byte, this.#text);
      if (next === undefined) {
        this.#text.truncate(0);
        this.#spans.truncate(0);
        return at;
      }
      configuration = next;
      this.#text.push(byte);
      this.#spans.push(span);
    }
    // Not a token, so not to be rolled back; and what follows is no longer the first token of a text.
    this.#tried = undefined;
    this.#positions = [{ configuration, length: bytes.length, hasEnded: false }];
    this.#hasPrefix = bytes.length > 0;
    return bytes.length;
  }

  /** Goes back by `tokens` tokens, as if they had never been accepted. */
  rollback(tokens: number): void {
    if (tokens >= this.#positions.length) throw new RangeError(`cannot go back ${tokens} tokens`);
    this.#tried = undefined;
    this.#positions.length -= tokens;
    this.#text.truncate(this.#position.length);
    this.#spans.truncate(this.#position.length);
  }

  /** An independent matcher at the same place. */
  clone(): Matcher {
    const copy = new Matcher(this.#bound, undefined, { dummySpace: this.#dummySpace });
    copy.#positions = [...this.#positions];
    for (const byte of this.#text.slice(0)) copy.#text.push(byte);
    copy.#spans = this.#spans.copy();
    copy.#hasPrefix = this.#hasPrefix;
    return copy;
  }

  /**
   * Tokens that are bound to come, in the tokenization that a model would have chosen itself; empty when nothing is
   * certain. They may be accepted, and decoded in one batch, without asking the model. The shortest way to the end may
   * write the same bytes in fewer tokens, so that a budget can cut the run short.
   */
  forcedTokens({ remainingTokens }: Budget = {}): Int32Array {
    const { trie, table, grammar } = this.#bound;
    grammar.meter.refill();
    const { configuration, hasEnded } = this.#position;
    // How a first token with a dummy space is written is the model's business.
    if (hasEnded || this.#mayDropSpace || trie.tokenize === undefined) return new Int32Array(0);
    const forced = forcedText(configuration, table, this.#text);
    if (forced.bytes.length === 0) return new Int32Array(0);
    const tokens = stableTokens(forced, trie);
    return remainingTokens === undefined ? tokens : tokens.subarray(0, this.#inTime(tokens, remainingTokens));
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

  /** Tokens after which the answer can be complete; a closer bound, at the price of finding the way. */
  minTokensToClose(): number {
    return this.#position.hasEnded ? 0 : this.#bound.tokensToClose(this.#position.configuration, this.#text);
  }

  /** The text of the accepted tokens. */
  text(): Uint8Array {
    return this.#text.slice(0);
  }

  /** What the bytes of the text are part of, in order: free content, names and arguments of calls. */
  spans(): Span[] {
    return this.#spans.spans();
  }

  /** How many of the tokens, which may come next, leave enough of the budget to complete the answer behind them. */
  #inTime(tokens: Int32Array, remainingTokens: number): number {
    for (const token of tokens) this.accept(token);
    let count = tokens.length;
    for (; count > 0; count--) {
      const left = remainingTokens - count;
      if (this.bytesToClose() <= left || this.minTokensToClose() <= left) break;
      this.rollback(1);
    }
    this.rollback(count);
    return count;
  }

  get #position(): Position {
    return this.#positions.at(-1)!;
  }

  get #mayDropSpace(): boolean {
    return this.#dummySpace && !this.#hasPrefix && this.#positions.length === 1;
  }

  #after(token: number): Step | undefined {
    if (this.#tried?.token !== token) this.#tried = { token, step: this.#computeStep(token) };
    return this.#tried.step;
  }

  #computeStep(token: number): Step | undefined {
    const { configuration, hasEnded } = this.#position;
    if (hasEnded) return undefined;
    const { trie, grammar, table } = this.#bound;
    grammar.meter.refill();
    const bytes = trie.textBytes(token);
    if (bytes !== undefined) return this.#afterText(bytes);
    if (trie.endTokens.includes(token)) {
      return configuration.accepts ? { configuration, bytes: NO_BYTES, spans: [], hasEnded: true } : undefined;
    }
    const next = table.configuration(configuration.threadsAfterToken(token));
    return next && { configuration: next, bytes: NO_BYTES, spans: [], hasEnded: false };
  }

  #afterText(bytes: Uint8Array): Step | undefined {
    const step = this.#read(bytes);
    if (step !== undefined || !this.#mayDropSpace || bytes[0] !== SPACE) return step;
    return this.#read(bytes.subarray(1));
  }

  #read(bytes: Uint8Array): Step | undefined {
    const { table } = this.#bound;
    const { length } = this.#text;
    const spans: SpanKind[] = [];
    let configuration: Configuration | undefined = this.#position.configuration;
    for (const byte of bytes) {
      const next: Configuration | undefined = table.follow(configuration, byte, this.#text);
      if (next !== undefined) spans.push(configuration.spanOf(byte, this.#text));
      configuration = next;
      if (configuration === undefined) break;
      this.#text.push(byte);
    }
    this.#text.truncate(length);
    return configuration && { configuration, bytes, spans, hasEnded: false };
  }

  /** A first token may stand for its bytes without their leading space. */
  #spacedClosingMask(mask: TokenMask, remainingTokens: number): TokenMask {
    const widened = new TokenMask(mask.size, mask.words.slice());
    for (const token of this.#bound.spacedStartMask()) {
      if (widened.has(token)) continue;
      this.accept(token);
      if (this.minTokensToClose() < remainingTokens) widened.add(token);
      this.rollback(1);
    }
    return widened;
  }
}

/** Prepares a grammar for a vocabulary; matchers made from the result share its caches. */
export function bindGrammar(
  grammar: CompiledGrammar,
  trie: TokenTrie | undefined,
  limits: CacheLimits = {},
): BoundGrammar {
  if (trie === undefined) throw new TypeError("a compiled grammar needs a token trie");
  return new BoundGrammar(grammar, trie, limits);
}
