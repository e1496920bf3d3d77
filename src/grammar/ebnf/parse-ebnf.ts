import { GrammarError } from "../grammar-error.ts";
import type { Expression, GrammarSource } from "./syntax.ts";
import { namesIn, placeOf } from "./syntax.ts";

const MAX_DEPTH = 100;
const NAME = /[A-Za-z_][A-Za-z0-9_-]*/y;
const SPACE = /(?:\s|#[^\n]*|\(\*[^]*?\*\))*/y;
const RULE_HEAD = /[A-Za-z_][A-Za-z0-9_-]*(?:\s|#[^\n]*|\(\*[^]*?\*\))*(?:::=|:=|=)/y;
const BOUNDS = /\{\s*(\d+)\s*(,\s*(\d*)\s*)?\}/y;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

/**
 * Reads a grammar in the EBNF of the XML specification: `name ::= "text" [a-z] (a | b)* c? d+ e{2,4} /pattern/`. A rule
 * may end with `;`. Errors say line and column.
 */
export function parseEbnf(text: string): GrammarSource {
  return new EbnfParser(text).parse();
}

class EbnfParser {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): GrammarSource {
    const rules = new Map<string, GrammarSource["start"]>();
    this.#skip();
    while (this.#at < this.#text.length) {
      const at = this.#at;
      if (this.#match(RULE_HEAD) === undefined) this.#fail("expected a rule: name ::= …");
      this.#at = at;
      const name = this.#match(NAME)!;
      this.#skip();
      this.#match(/::=|:=|=/y);
      if (rules.has(name)) this.#fail(`the rule ${name} stands here for the second time`, at);
      rules.set(name, { name, body: this.#choice(), at });
      this.#skip();
      this.#match(/;/y);
      this.#skip();
    }
    const start = rules.get("root") ?? rules.values().next().value;
    if (start === undefined) return this.#fail("there is no rule");
    for (const rule of rules.values()) {
      for (const { name, at } of namesIn(rule.body)) {
        if (!rules.has(name)) this.#fail(`there is no rule ${name}`, at);
      }
    }
    return { text: this.#text, rules, start };
  }

  #choice(): Expression {
    if (++this.#depth > MAX_DEPTH) this.#fail(`groups nest deeper than ${MAX_DEPTH}`);
    const parts = [this.#sequence()];
    while (this.#take("|")) parts.push(this.#sequence());
    this.#depth--;
    return parts.length === 1 ? parts[0]! : { kind: "choice", parts };
  }

  #sequence(): Expression {
    const parts: Expression[] = [];
    for (;;) {
      this.#skip();
      const next = this.#text[this.#at];
      if (next === undefined || "|);".includes(next) || this.#startsRule()) break;
      parts.push(this.#repeated());
    }
    return parts.length === 1 ? parts[0]! : { kind: "sequence", parts };
  }

  #startsRule(): boolean {
    RULE_HEAD.lastIndex = this.#at;
    return RULE_HEAD.test(this.#text);
  }

  #repeated(): Expression {
    let inner = this.#atom();
    for (;;) {
      this.#skip();
      const at = this.#at;
      const bounds = this.#bounds();
      if (bounds === undefined) return inner;
      const [min, max] = bounds;
      if (max < min) this.#fail("the numbers in {} are out of order", at);
      inner = { kind: "repeat", inner, min, max, at };
    }
  }

  #bounds(): readonly [number, number] | undefined {
    if (this.#take("*")) return [0, Infinity];
    if (this.#take("+")) return [1, Infinity];
    if (this.#take("?")) return [0, 1];
    BOUNDS.lastIndex = this.#at;
    const match = BOUNDS.exec(this.#text);
    if (match === null) return undefined;
    this.#at = BOUNDS.lastIndex;
    const min = Number(match[1]);
    if (match[2] === undefined) return [min, min];
    return [min, match[3] === "" ? Infinity : Number(match[3])];
  }

  #atom(): Expression {
    const at = this.#at;
    const char = this.#text[at]!;
    if (char === '"' || char === "'") return { kind: "literal", text: this.#literal(char) };
    if (char === "[") return { kind: "pattern", source: this.#delimited("]"), at };
    if (char === "/") return { kind: "pattern", source: this.#delimited("/").slice(1, -1), at };
    if (this.#take(".")) return { kind: "pattern", source: ".", at };
    const name = this.#match(NAME);
    if (name !== undefined) return { kind: "name", name, at };
    if (!this.#take("(")) this.#fail(`unexpected ${JSON.stringify(char)}`);
    const inner = this.#choice();
    this.#skip();
    if (!this.#take(")")) this.#fail("expected )");
    return inner;
  }

  #literal(quote: string): string {
    const start = this.#at++;
    let text = "";
    for (;;) {
      const char = this.#text[this.#at++];
      if (char === undefined || char === "\n") this.#fail("the text is not closed", start);
      if (char === quote) return text;
      text += char === "\\" ? this.#escape() : char;
    }
  }

  #escape(): string {
    const at = this.#at - 1;
    const code = this.#match(/x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|u\{([0-9A-Fa-f]{1,6})\}/y);
    if (code !== undefined) {
      const point = Number.parseInt(code.replace(/[xu{}]/g, ""), 16);
      if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) this.#fail("this is no character", at);
      return String.fromCodePoint(point);
    }
    const char = this.#text[this.#at++];
    if (char === undefined) this.#fail("the text is not closed", at);
    if (/[A-Za-z0-9]/.test(char) && !(char in ESCAPES)) this.#fail(`there is no escape \\${char}`, at);
    return ESCAPES[char] ?? char;
  }

  /** From an opening delimiter to the closing one that no backslash escapes; a class hides the slash. */
  #delimited(close: string): string {
    const start = this.#at++;
    let inClass = close === "]";
    for (;;) {
      const char = this.#text[this.#at++];
      if (char === undefined || char === "\n") this.#fail(`expected ${close}`, start);
      if (char === "\\") this.#at++;
      else if (char === close && (close === "]" || !inClass)) return this.#text.slice(start, this.#at);
      else if (char === "[") inClass = true;
      else if (char === "]") inClass = false;
    }
  }

  #skip(): void {
    this.#match(SPACE);
  }

  #take(text: string): boolean {
    this.#skip();
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#at = pattern.lastIndex;
    return match[0];
  }

  #fail(reason: string, at = this.#at): never {
    throw new GrammarError({ code: "malformed", reason: `${placeOf(this.#text, at)}: ${reason}` });
  }
}
