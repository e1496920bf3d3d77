import { GrammarError } from "../grammar-error.ts";
import { type CharSet, charSet, complement, LAST_CODE_POINT, rangesOf } from "./char-set.ts";
import { DIGITS, DOT, SPACES, unicodeProperty, WORD_CHARS } from "./classes.ts";
import type { PatternTree } from "./syntax.ts";

/**
 * Reads an ECMA-262 pattern as its `u` flag does, tolerating what Annex B tolerates (`]`, a `{` that starts no
 * quantifier, needless escapes of punctuation). Refused: backreferences, lookbehind and flags in groups.
 */
export function parsePattern(source: string): PatternTree {
  const parser = new PatternParser(source);
  return parser.parse();
}

const MAX_DEPTH = 250;
const CONTROL_ESCAPES: Readonly<Record<string, number>> = { n: 0x0a, t: 0x09, r: 0x0d, f: 0x0c, v: 0x0b, "0": 0 };
const CLASS_ESCAPES: Readonly<Record<string, CharSet>> = {
  d: DIGITS,
  D: complement(DIGITS),
  w: WORD_CHARS,
  W: complement(WORD_CHARS),
  s: SPACES,
  S: complement(SPACES),
};

class PatternParser {
  readonly #chars: readonly string[];
  readonly #source: string;
  #at = 0;
  #depth = 0;

  constructor(source: string) {
    this.#source = source;
    this.#chars = Array.from(source);
  }

  parse(): PatternTree {
    const tree = this.#choice();
    if (this.#at < this.#chars.length) this.#fail("unmatched )");
    return tree;
  }

  #choice(): PatternTree {
    if (++this.#depth > MAX_DEPTH) this.#fail(`groups nest deeper than ${MAX_DEPTH}`, "too_large");
    const parts = [this.#sequence()];
    while (this.#take("|")) parts.push(this.#sequence());
    this.#depth--;
    return parts.length === 1 ? parts[0]! : { kind: "choice", parts };
  }

  #sequence(): PatternTree {
    const parts: PatternTree[] = [];
    while (this.#at < this.#chars.length && this.#peek() !== "|" && this.#peek() !== ")")
      parts.push(this.#quantified());
    return parts.length === 1 ? parts[0]! : { kind: "sequence", parts };
  }

  #quantified(): PatternTree {
    const inner = this.#atom();
    const bounds = this.#quantifier();
    if (bounds === undefined) return inner;
    this.#take("?"); // laziness changes which match is found, not whether there is one
    if (this.#quantifier() !== undefined) this.#fail("nothing to repeat");
    const [min, max] = bounds;
    if (max < min) this.#fail("numbers out of order in {} quantifier");
    return { kind: "repeat", inner, min, max };
  }

  #quantifier(): [number, number] | undefined {
    if (this.#take("*")) return [0, Infinity];
    if (this.#take("+")) return [1, Infinity];
    if (this.#take("?")) return [0, 1];
    if (this.#peek() !== "{") return undefined;
    const close = this.#chars.indexOf("}", this.#at);
    const match = /^(\d+)(,(\d*))?$/.exec(this.#chars.slice(this.#at + 1, close < 0 ? undefined : close).join(""));
    if (match === null || close < 0) return undefined;
    this.#at = close + 1;
    const min = Number(match[1]);
    if (match[2] === undefined) return [min, min];
    return [min, match[3] === "" ? Infinity : Number(match[3])];
  }

  #atom(): PatternTree {
    const char = this.#chars[this.#at++]!;
    switch (char) {
      case "(":
        return this.#group();
      case "[":
        return chars(this.#class());
      case ".":
        return chars(DOT);
      case "^":
        return { kind: "start" };
      case "$":
        return { kind: "end" };
      case "*":
      case "+":
      case "?":
        return this.#fail("nothing to repeat");
      case "\\":
        if (this.#take("b")) return { kind: "boundary" };
        if (this.#take("B")) return { kind: "notBoundary" };
        return chars(this.#escape());
      default:
        return chars(single(char));
    }
  }

  #group(): PatternTree {
    let kind: "ahead" | "notAhead" | undefined;
    if (this.#take("?")) {
      if (this.#take("=")) kind = "ahead";
      else if (this.#take("!")) kind = "notAhead";
      else if (this.#take("<")) this.#groupName();
      else if (!this.#take(":")) this.#fail("flags and other (? groups are not supported", "unsupported");
    }
    const inner = this.#choice();
    if (!this.#take(")")) this.#fail("unterminated group");
    return kind === undefined ? inner : { kind, inner };
  }

  #groupName(): void {
    if (this.#peek() === "=" || this.#peek() === "!") this.#fail("lookbehind is not supported", "unsupported");
    const close = this.#chars.indexOf(">", this.#at);
    if (close <= this.#at) this.#fail("invalid group name");
    this.#at = close + 1;
  }

  #class(): CharSet {
    const negated = this.#take("^");
    const ranges: [number, number][] = [];
    while (this.#peek() !== "]") {
      if (this.#at >= this.#chars.length) this.#fail("unterminated character class");
      const from = this.#classAtom();
      const isRange = this.#peek() === "-" && this.#chars[this.#at + 1] !== "]" && this.#at + 1 < this.#chars.length;
      if (!isRange || !isSingle(from)) {
        ranges.push(...rangesOf(from));
        continue;
      }
      this.#at++;
      const to = this.#classAtom();
      if (!isSingle(to)) ranges.push(...rangesOf(from), [0x2d, 0x2d], ...rangesOf(to));
      else if (to[0]! < from[0]!) this.#fail("range out of order in character class");
      else ranges.push([from[0]!, to[0]!]);
    }
    this.#at++;
    return negated ? complement(charSet(ranges)) : charSet(ranges);
  }

  #classAtom(): CharSet {
    const char = this.#chars[this.#at++]!;
    if (char !== "\\") return single(char);
    return this.#take("b") ? [0x08, 0x08] : this.#escape();
  }

  #escape(): CharSet {
    const char = this.#chars[this.#at++];
    if (char === undefined) return this.#fail("\\ at end of pattern");
    const named = CLASS_ESCAPES[char];
    if (named !== undefined) return named;
    const control = CONTROL_ESCAPES[char];
    if (control !== undefined) return [control, control];
    if (char === "p" || char === "P") return this.#property(char === "P");
    if (char === "x") return this.#codePoint(2);
    if (char === "u") return this.#unicodeEscape();
    if (char === "c" && /^[A-Za-z]$/.test(this.#peek() ?? "")) {
      const letter = this.#chars[this.#at++]!.codePointAt(0)! % 32;
      return [letter, letter];
    }
    if (/^[1-9k]$/.test(char)) return this.#fail("backreferences are not regular", "unsupported");
    if (/^[A-Za-z]$/.test(char)) return this.#fail(`invalid escape \\${char}`);
    return single(char);
  }

  #property(negated: boolean): CharSet {
    const close = this.#chars.indexOf("}", this.#at);
    if (!this.#take("{") || close < 0) return this.#fail("invalid property name");
    const set = unicodeProperty(this.#chars.slice(this.#at, close).join(""));
    this.#at = close + 1;
    return negated ? complement(set) : set;
  }

  #unicodeEscape(): CharSet {
    if (this.#take("{")) {
      const close = this.#chars.indexOf("}", this.#at);
      const value = parseHex(this.#chars.slice(this.#at, close < 0 ? undefined : close).join(""));
      if (close < 0 || value > LAST_CODE_POINT) return this.#fail("invalid Unicode escape");
      this.#at = close + 1;
      return [value, value];
    }
    const unit = this.#codePoint(4)[0]!;
    const low = /^\\u([dD][c-fC-F][0-9a-fA-F]{2})$/.exec(this.#chars.slice(this.#at, this.#at + 6).join(""));
    if (unit < 0xd800 || unit > 0xdbff || low === null) return [unit, unit];
    this.#at += 6;
    const value = 0x10000 + (unit - 0xd800) * 0x400 + (parseHex(low[1]!) - 0xdc00);
    return [value, value];
  }

  #codePoint(digits: number): CharSet {
    const value = parseHex(this.#chars.slice(this.#at, this.#at + digits).join(""));
    if (!(value >= 0) || this.#at + digits > this.#chars.length) return this.#fail("invalid escape");
    this.#at += digits;
    return [value, value];
  }

  #peek(): string | undefined {
    return this.#chars[this.#at];
  }

  #take(char: string): boolean {
    if (this.#chars[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  #fail(reason: string, code: "malformed" | "unsupported" | "too_large" = "malformed"): never {
    throw new GrammarError({ code, reason: `${reason} (offset ${this.#at} of /${this.#source}/)` });
  }
}

function chars(set: CharSet): PatternTree {
  return { kind: "chars", set };
}

function single(char: string): CharSet {
  const codePoint = char.codePointAt(0)!;
  return [codePoint, codePoint];
}

function isSingle(set: CharSet): boolean {
  return set.length === 2 && set[0] === set[1];
}

/** NaN unless every character is a hexadecimal digit. */
function parseHex(digits: string): number {
  return /^[0-9a-fA-F]+$/.test(digits) ? Number.parseInt(digits, 16) : Number.NaN;
}
