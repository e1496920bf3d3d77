import { GrammarError } from "../grammar-error.ts";
import { ANY_CHAR, type CharSet, charSet, complement, intersect } from "./char-set.ts";

export const DIGITS: CharSet = [0x30, 0x39];
export const WORD_CHARS: CharSet = [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a];
/** ECMA-262 WhiteSpace and LineTerminator. */
export const SPACES: CharSet = [
  0x09, 0x0d, 0x20, 0x20, 0xa0, 0xa0, 0x1680, 0x1680, 0x2000, 0x200a, 0x2028, 0x2029, 0x202f, 0x202f, 0x205f, 0x205f,
  0x3000, 0x3000, 0xfeff, 0xfeff,
];
/** What `.` matches: everything but line terminators. */
export const DOT: CharSet = complement([0x0a, 0x0a, 0x0d, 0x0d, 0x2028, 0x2029]);

/**
 * The code points of a Unicode property (`L`, `Script=Greek`), read off the JavaScript engine's own tables with one
 * scan over all of Unicode.
 */
export function unicodeProperty(name: string): CharSet {
  let property: RegExp;
  try {
    property = new RegExp(`\\p{${name}}+`, "gu");
  } catch {
    throw new GrammarError({ code: "malformed", keyword: "\\p", reason: `unknown Unicode property "${name}"` });
  }
  const ranges: [number, number][] = [];
  const block = 0x1000;
  for (let from = 0; from <= 0x10ffff; from += block) {
    if (from >= 0xd800 && from < 0xe000) continue;
    const text = String.fromCodePoint(
      ...Array.from({ length: block }, (_, i) => (isSurrogate(from + i) ? 0 : from + i)),
    );
    const width = from < 0x10000 ? 1 : 2;
    for (const match of text.matchAll(property)) {
      const first = from + match.index / width;
      ranges.push([first, first + match[0].length / width - 1]);
    }
  }
  return intersect(charSet(ranges), ANY_CHAR);
}

function isSurrogate(codePoint: number): boolean {
  return codePoint >= 0xd800 && codePoint <= 0xdfff;
}
