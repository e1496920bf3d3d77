import fc from "fast-check";
import { expect, test } from "vitest";
import { createStore } from "../compiled-grammar.ts";
import { WorkMeter } from "../work-meter.ts";
import { RegexArena } from "./arena.ts";
import { matches, shortestMember } from "./member.ts";
import { searchPattern, wholePattern } from "./pattern.ts";
import { bytesInside } from "./shortest.ts";

function arena(): RegexArena {
  return new RegexArena(new WorkMeter(1_000_000), createStore().nextId);
}

test("words are what they are, whatever they are united with, cut to, or excluded from", () => {
  const regex = arena();
  const words = regex.words(["ab", "abc", "é", "", "😀x", "ab"]);
  const all = ["", "a", "ab", "abc", "abcd", "é", "😀", "😀x", "x"];
  const members = (node: typeof words): string[] => all.filter((text) => matches(node, text));
  expect(members(words)).toEqual(["", "ab", "abc", "é", "😀x"]);
  expect(members(regex.or([words, regex.words(["x", "abcd"])]))).toEqual(["", "ab", "abc", "abcd", "é", "😀x", "x"]);
  expect(members(regex.and([words, regex.words(["x", "abc", ""])]))).toEqual(["", "abc"]);
  expect(members(regex.and([words, regex.not(regex.words(["ab", "é"]))]))).toEqual(["", "abc", "😀x"]);
  expect(members(regex.and([words, searchPattern("^a", regex)]))).toEqual(["ab", "abc"]);
  expect(members(regex.concat(words, regex.literal("x")))).toEqual(["x"]);
  expect(regex.and([regex.words(["ab"]), regex.words(["cd"])])).toBe(regex.empty);
  expect(regex.and([regex.words(["ab", ""]), regex.words(["", "c"])])).toBe(regex.epsilon);
});

test("words behind a character are found in any order of their units", () => {
  const regex = arena();
  const lone = String.fromCharCode(0xd83d);
  const words = regex.words(["😀a", `${lone}b`, "😁", `${lone}￿`]);
  expect(matches(words, "😀a")).toBe(true);
  expect(matches(words, "😁")).toBe(true);
  expect(matches(words, "😀")).toBe(false);
  expect(regex.isEmpty(regex.words([`${lone}b`]))).toBe(true);
});

test.each([
  "abc|de",
  "^a{3,9}$",
  '^"+é*\\n?x$',
  "^(?=.*7)[a-z0-9]{4,}$",
  "^(?!ab)(ab|cd)e$",
  "^[a-z]+@[a-z]+\\.[a-z]{2,}$",
  "\\bfoo\\b",
])("a shortest text of /%s/ takes the bytes that are said, also where languages meet", (source) => {
  const regex = arena();
  const pattern = searchPattern(source, regex);
  const length = regex.repeat(regex.anyChar, 5, 12);
  const without = regex.not(wholePattern(".*b.*", regex));
  for (const node of [pattern, regex.and([pattern, length]), regex.and([pattern, without]), regex.not(pattern)]) {
    const member = shortestMember(node);
    if (member === undefined) expect(node.bytesToAccept()).toBe(Infinity);
    else {
      expect(matches(node, member)).toBe(true);
      expect(bytesInside(member)).toBe(node.bytesToAccept());
    }
    for (const point of [0x22, 0x61, 0x62, 0x37, 0xe9]) {
      const bytes = bytesInside(String.fromCodePoint(point));
      expect(node.bytesToAccept()).toBeLessThanOrEqual(bytes + node.derivative(point).bytesToAccept());
    }
  }
});

const piece = fc.constantFrom(
  "a",
  "-",
  "a?",
  "-?",
  "[a-]{1,3}",
  "(?:ab|-)*",
  "(a|)",
  "\\b",
  "\\B",
  "^",
  "$",
  "(?=a)",
  "(?!\\b)",
  "(?:\\b|b)",
);
const sources = fc.array(piece, { minLength: 1, maxLength: 7 }).map((pieces) => pieces.join(""));
const texts = fc.string({ unit: fc.constantFrom("a", "b", "-"), maxLength: 6 });

test("a pattern matches where JavaScript's does, whatever it asks of the characters around", () => {
  fc.assert(
    fc.property(sources, fc.array(texts, { minLength: 4, maxLength: 4 }), (source, samples) => {
      const node = searchPattern(source, arena());
      for (const text of samples) expect(matches(node, text), text).toBe(new RegExp(source, "u").test(text));
    }),
    { numRuns: 500 },
  );
});

test("a word boundary behind many characters divides only the one before it", () => {
  const meter = new WorkMeter(2_000);
  const regex = new RegexArena(meter, createStore().nextId);
  const address = "^https?://(www\\.)?[-a-z0-9@:%._+~#=]{1,256}\\.[a-z0-9()]{1,6}\\b([-a-z0-9()@:%_+.~#?&/=]*)$";
  const node = searchPattern(address, regex);
  meter.refill();
  expect(matches(node, "https://www.example.org/a?b=c")).toBe(true);
  meter.refill();
  expect(matches(node, "https://www.example.(/a")).toBe(false);
});

test.each(["abc|de", ".+", "b$", "^a", "^[^]{3,}x", "[^]*x{2}[^]*", "^(?!ab)"])(
  "/%s/ is called endless only where every text can go on",
  (source) => {
    const regex = arena();
    const pattern = searchPattern(source, regex);
    const some = regex.and([pattern, regex.not(regex.words(["abcd", "xx", "a"]))]);
    for (const start of [pattern, some]) {
      if (start.freeLength !== Infinity) continue;
      for (const text of ["", "a", "ab", "abcd", "xx", "de\n", "🙂x", "bbbb"]) {
        let node = start;
        for (const char of text) node = node.derivative(char.codePointAt(0)!);
        expect(shortestMember(node), `${source} after ${text}`).toBeDefined();
        expect(node.freeLength).toBe(Infinity);
      }
    }
    const isAnywhere = !source.startsWith("^") || source.includes("{3,}");
    expect(pattern.freeLength === Infinity, source).toBe(isAnywhere);
  },
);
