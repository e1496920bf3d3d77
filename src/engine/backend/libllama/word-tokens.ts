/** Words of one generation of the memory: some 2 MB. */
const GENERATION_WORDS = 8192;
/** Longer words (addresses, encoded data) seldom come twice. */
const MEMORABLE_LENGTH = 48;
const [SPACE, ESCAPED_SPACE, LINE_END] = [" ", "▁", "\n"].map((character) => character.charCodeAt(0));

/** The tokenizer of the vocabulary. */
export interface NativeTokens {
  tokenize(text: string): Int32Array;
  byteLength(token: number): number;
}

/**
 * The tokens of a SentencePiece text, word by word, and remembered: a language repeats its words, and a conversation its turns, so
 * that most of a prompt is looked up instead of merged piece by piece. Words are parts whose tokens do not depend on each other,
 * for no merge can pass a pair of characters that no piece of the vocabulary holds: a space begins a word behind any character
 * that no piece has a space behind, and a line's end stands alone where no piece holds it beside others. The tokens are those of
 * the whole text.
 */
export class WordTokens {
  readonly #native: NativeTokens;
  /** By UTF-16 unit: whether a piece holds a space behind it. */
  readonly #joinsSpace = new Uint8Array(65_536);
  readonly #joinsLineEnd: boolean;
  // Two generations: what the older one holds and nobody asks for is forgotten with it.
  #young = new Map<string, Int32Array>();
  #old = new Map<string, Int32Array>();

  constructor(pieces: readonly string[], native: NativeTokens) {
    this.#native = native;
    for (const [, unit] of pieces.flatMap((piece) => [...piece.matchAll(/(.)[ ▁]/gs)]))
      this.#joinsSpace[unit!.charCodeAt(0)] = 1;
    this.#joinsSpace[SPACE!] = this.#joinsSpace[ESCAPED_SPACE!] = 1;
    this.#joinsLineEnd = pieces.some((piece) => /\n[^\n]|[^\n]\n/.test(piece));
  }

  tokenize(text: string): Int32Array {
    const tokens: number[] = [];
    // Words not known, up to `begin`: asked for together, since asking costs more than a word's merges.
    let unknown: string[] = [];
    let unknownLength = 0;
    let begin = 0;
    const ask = (): void => {
      if (unknown.length === 0) return;
      const found = this.#native.tokenize(text.slice(begin - unknownLength, begin));
      this.#rememberAll(unknown, found);
      for (const token of found) tokens.push(token);
      unknown = [];
      unknownLength = 0;
    };
    for (let index = 1; index <= text.length; index++) {
      if (index < text.length && !this.#isCut(text.charCodeAt(index - 1), text.charCodeAt(index))) continue;
      const word = text.slice(begin, index);
      const known = this.#recall(word);
      if (known === undefined) {
        unknown.push(word);
        unknownLength += word.length;
      } else {
        ask();
        for (const token of known) tokens.push(token);
      }
      begin = index;
    }
    ask();
    return Int32Array.from(tokens);
  }

  #isCut(before: number, unit: number): boolean {
    if (unit === SPACE) return this.#joinsSpace[before] === 0;
    return !this.#joinsLineEnd && (unit === LINE_END) !== (before === LINE_END);
  }

  #recall(word: string): Int32Array | undefined {
    const young = this.#young.get(word);
    if (young !== undefined) return young;
    const old = this.#old.get(word);
    if (old !== undefined) this.#remember(word, old);
    return old;
  }

  /** Gives every word its share of the tokens of all; none where a token stands for bytes it does not tell (`<unk>`). */
  #rememberAll(words: readonly string[], tokens: Int32Array): void {
    let end = 0;
    for (const word of words) {
      const begin = end;
      // SentencePiece's own sign for a space comes back as one.
      let bytes = Buffer.byteLength(word.replaceAll("▁", " "));
      while (bytes > 0) {
        const length = end < tokens.length ? this.#native.byteLength(tokens[end++]!) : 0;
        if (length === 0) return;
        bytes -= length;
      }
      if (word.length <= MEMORABLE_LENGTH) this.#remember(word, tokens.slice(begin, end));
    }
  }

  #remember(word: string, tokens: Int32Array): void {
    if (this.#young.size >= GENERATION_WORDS) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    // A copy: a part of a string keeps the whole alive.
    this.#young.set(Buffer.from(word, "utf16le").toString("utf16le"), tokens);
  }
}
