/** Words of one generation of the memory: some 2 MB. */
const GENERATION_WORDS = 8192;
/** Longer words (addresses, encoded data) seldom come twice. */
const MEMORABLE_LENGTH = 48;
const [SPACE, ESCAPED_SPACE, LINE_END] = [" ", "▁", "\n"].map((character) => character.charCodeAt(0));

/**
 * The tokens of a SentencePiece text, word by word, and remembered: a language repeats its words, and a conversation its turns, so
 * that most of a prompt is looked up instead of merged piece by piece. Words are parts whose tokens do not depend on each other,
 * for no merge can pass a pair of characters that no piece of the vocabulary holds: a space begins a word behind any character
 * that no piece has a space behind, and a line's end stands alone where no piece holds it beside others. The tokens are those of
 * the whole text.
 */
export class WordTokens {
  readonly #tokenizeWord: (word: string) => Int32Array;
  /** By UTF-16 unit: whether a piece holds a space behind it. */
  readonly #joinsSpace = new Uint8Array(65_536);
  readonly #joinsLineEnd: boolean;
  // Two generations: what the older one holds and nobody asks for is forgotten with it.
  #young = new Map<string, Int32Array>();
  #old = new Map<string, Int32Array>();

  constructor(pieces: readonly string[], tokenizeWord: (word: string) => Int32Array) {
    this.#tokenizeWord = tokenizeWord;
    for (const [, unit] of pieces.flatMap((piece) => [...piece.matchAll(/(.)[ ▁]/gs)]))
      this.#joinsSpace[unit!.charCodeAt(0)] = 1;
    this.#joinsSpace[SPACE!] = this.#joinsSpace[ESCAPED_SPACE!] = 1;
    this.#joinsLineEnd = pieces.some((piece) => /\n[^\n]|[^\n]\n/.test(piece));
  }

  tokenize(text: string): Int32Array {
    const tokens: number[] = [];
    let begin = 0;
    for (let index = 1; index <= text.length; index++) {
      if (index < text.length && !this.#isCut(text.charCodeAt(index - 1), text.charCodeAt(index))) continue;
      for (const token of this.#tokensOf(text.slice(begin, index))) tokens.push(token);
      begin = index;
    }
    return Int32Array.from(tokens);
  }

  #isCut(before: number, unit: number): boolean {
    if (unit === SPACE) return this.#joinsSpace[before] === 0;
    return !this.#joinsLineEnd && (unit === LINE_END) !== (before === LINE_END);
  }

  #tokensOf(word: string): Int32Array {
    const young = this.#young.get(word);
    if (young !== undefined) return young;
    const tokens = this.#old.get(word) ?? this.#tokenizeWord(word);
    if (word.length > MEMORABLE_LENGTH) return tokens;
    if (this.#young.size >= GENERATION_WORDS) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    // A copy: a part of a string keeps the whole alive.
    this.#young.set(Buffer.from(word, "utf16le").toString("utf16le"), tokens);
    return tokens;
  }
}
