import { FIRST_BYTE, FIRST_WORD, type ToyVocabulary, WORDS } from "./toy-vocabulary.ts";

const REPEAT = "Repeat:";
/** Control tokens after which the toy speaks. */
const TURN_STARTS = ["[/INST]", "[/TOOL_RESULTS]", "[PREFIX]", "<|im_start|>", "<s>"];

/** One round of a 32-bit mixer: cheap, and good enough to look random to a test. */
export function mix32(value: number): number {
  let h = Math.imul(value ^ (value >>> 16), 0x45d9f3b);
  h = Math.imul(h ^ (h >>> 16), 0x45d9f3b);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * What the toy says next. By rule: a user text that starts with `Repeat:` is answered with the rest of it, literal names
 * of control tokens becoming control tokens, and then the turn ends. Otherwise words follow the hash of everything before
 * them, and the turn ends 20 to 47 tokens after its start.
 */
export class ToyLanguage {
  readonly #vocabulary: ToyVocabulary;
  readonly #turnStarts: ReadonlySet<number | undefined>;

  constructor(vocabulary: ToyVocabulary) {
    this.#vocabulary = vocabulary;
    this.#turnStarts = new Set(TURN_STARTS.map((text) => vocabulary.controlToken(text)));
  }

  /** Fills `logits` for the token after `tokens`, whose hash is `hash`. */
  predict(tokens: readonly number[], hash: number, logits: Float32Array): void {
    for (let token = 0; token < logits.length; token++) {
      const noise = mix32(hash + Math.imul(token, 0x9e3779b1)) / 2 ** 32;
      if (token >= FIRST_WORD) logits[token] = 3 * noise;
      else logits[token] = token < FIRST_BYTE ? -20 + noise : -6 + 3 * noise;
    }
    // Closing characters are likelier than other bytes, so that constrained text ends soon.
    for (const closer of '"}]') logits[FIRST_BYTE + closer.charCodeAt(0)]! += 4;
    logits[FIRST_WORD + (mix32(hash) % WORDS.length)]! += 5;
    logits[FIRST_WORD + (mix32(hash ^ 0x5bd1e995) % WORDS.length)]! += 4;
    const expected = this.#expected(tokens, hash);
    if (expected !== undefined) logits[expected]! += 60;
  }

  /** The token that a rule asks for, if one does. */
  #expected(tokens: readonly number[], hash: number): number | undefined {
    const start = tokens.findLastIndex((token) => this.#turnStarts.has(token));
    const said = tokens.length - 1 - start;
    const repeated = this.#textToRepeat(tokens, start);
    if (repeated !== undefined) {
      const already = this.#render(tokens.slice(start + 1)).replace(/^assistant\n/, "");
      if (repeated.startsWith(already)) return this.#firstTokenOf(repeated.slice(already.length));
    }
    const turnTokens = 20 + (mix32(tokens[start - 1] ?? hash) % 28);
    return said % 48 === turnTokens ? this.#vocabulary.endOfSequence : undefined;
  }

  /** What the last text before `start` asks to repeat, one character per byte. */
  #textToRepeat(tokens: readonly number[], start: number): string | undefined {
    const isText = (token: number) => token >= FIRST_BYTE;
    const strip = (text: string) => text.replace(/^[ \n]+|[ \n]+$/g, "");
    let end = start;
    let text = "";
    while (end > 0 && text === "") {
      const last = tokens.findLastIndex((token, index) => index < end && isText(token));
      const first = tokens.findLastIndex((token, index) => index < last && !isText(token)) + 1;
      text = strip(this.#render(tokens.slice(first, last + 1)).replace(/^user\n/, ""));
      end = first - 1;
    }
    return text.startsWith(REPEAT) ? strip(text.slice(REPEAT.length)) : undefined;
  }

  #firstTokenOf(bytes: string): number {
    if (bytes === "") return this.#vocabulary.endOfSequence;
    const control = /^(\[[A-Z_/]+\]|<[^>]+>)/.exec(bytes)?.[0];
    const word = /^ [a-z]+/.exec(bytes)?.[0];
    const known = this.#vocabulary.controlToken(control ?? "");
    return known ?? (word === undefined ? FIRST_BYTE + bytes.charCodeAt(0) : this.#vocabulary.tokenize(word)[0]!);
  }

  /** Tokens as text with one character per byte, control tokens by name. */
  #render(tokens: readonly number[]): string {
    return tokens
      .map((token) => this.#vocabulary.controlText(token) ?? String.fromCharCode(...this.#vocabulary.tokenBytes(token)))
      .join("");
  }
}
