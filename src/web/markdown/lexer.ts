import { Marked } from "marked";
import type { Token, TokenizerAndRendererExtension, Tokens } from "marked";
import remend from "remend";

export interface MathToken extends Tokens.Generic {
  readonly type: "math";
  readonly text: string;
  readonly isDisplay: boolean;
}

/** `$…$`, `$$…$$`, `\(…\)` and `\[…\]`; a dollar beside a space, or before an amount, is money, not mathematics. */
const MATH =
  /^(?:\$\$([^$]+)\$\$|\\\[([\s\S]+?)\\\]|\\\((.+?)\\\)|\$(?!\d[\d.,]*\s)([^$\s](?:[^$\n]*[^$\s])?)\$(?!\d))/;

const math: TokenizerAndRendererExtension = {
  name: "math",
  level: "inline",
  start: (source) => source.search(/\$|\\[([]/),
  tokenizer(source) {
    const match = MATH.exec(source);
    if (!match) return undefined;
    const [raw, dollars, brackets, parentheses, dollar] = match;
    const text = dollars ?? brackets ?? parentheses ?? dollar ?? "";
    return { type: "math", raw, text: text.trim(), isDisplay: dollars !== undefined || brackets !== undefined };
  },
};

const marked = new Marked({ gfm: true, extensions: [math] });

export function lexWhole(text: string): Token[] {
  return marked.lexer(text);
}

/** The last blocks may still change their kind as text arrives (a paragraph becomes a table); earlier ones cannot. */
const OPEN_BLOCKS = 2;

/**
 * Markdown of a text that grows. Each call lexes only what follows the finished blocks, so a long answer costs no more per
 * frame than a short one. Finished blocks keep their identity between calls.
 */
export class GrowingLexer {
  #finished: Token[] = [];
  #finishedLength = 0;
  #text = "";

  lex(text: string): Token[] {
    if (!text.startsWith(this.#text)) {
      this.#finished = [];
      this.#finishedLength = 0;
    }
    this.#text = text;
    this.#finish(marked.lexer(text.slice(this.#finishedLength)));
    // What is open is closed for display: `**bo` is shown bold, not as stars.
    return [...this.#finished, ...marked.lexer(remend(text.slice(this.#finishedLength)))];
  }

  #finish(tokens: readonly Token[]): void {
    let end = tokens.length;
    for (let open = 0; end > 0 && open < OPEN_BLOCKS; end -= 1) if (tokens[end - 1]!.type !== "space") open += 1;
    const done = tokens.slice(0, end);
    if (!done.some((token) => token.type !== "space")) return;
    this.#finished = [...this.#finished, ...done];
    this.#finishedLength += done.reduce((length, token) => length + token.raw.length, 0);
  }
}
