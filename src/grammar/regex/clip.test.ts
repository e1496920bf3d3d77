import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createStore } from "../compiled-grammar.ts";
import { GrammarError } from "../grammar-error.ts";
import { WorkMeter } from "../work-meter.ts";
import { RegexArena } from "./arena.ts";
import type { RegexNode } from "./node.ts";
import { searchPattern, wholePattern } from "./pattern.ts";

function arena(): RegexArena {
  return new RegexArena(new WorkMeter(300_000), createStore().nextId);
}

const LETTERS = ["a", "b", " ", "-", "é"].map((letter) => letter.codePointAt(0)!);
const REACH = 4;

/** A pattern that counts, in the way that schemas' patterns do. */
const counting: fc.Arbitrary<string> = fc.letrec<{ part: string }>((tie) => ({
  part: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom("a", "b", "\\S", "\\s", "[ab]", ".", "-", "ab"),
    fc.tuple(tie("part"), tie("part")).map(([a, b]) => a + b),
    fc.tuple(tie("part"), tie("part")).map(([a, b]) => `(?:${a}|${b})`),
    fc
      .tuple(tie("part"), fc.integer({ min: 0, max: 12 }), fc.option(fc.integer({ min: 0, max: 12 })))
      .map(([a, min, more]) => `(?:${a}){${min},${more === null ? "" : min + more}}`),
  ),
})).part;

/** Runs a check; patterns that take too much work are none. */
function unlessDear(check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof GrammarError)) throw error;
  }
}

function isAlive(node: RegexNode): boolean {
  return node.bytesToAccept() !== Infinity;
}

describe("a clipped state", () => {
  test("has the same future as far as it is clipped to", () => {
    fc.assert(
      fc.property(
        counting,
        fc.option(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 24 }))),
        fc.array(fc.constantFrom(...LETTERS), { maxLength: 8 }),
        (source, bounds, before) =>
          unlessDear(() => {
            const regex = arena();
            const pattern = wholePattern(source, regex);
            const length =
              bounds === null ? regex.anyText : regex.repeat(regex.anyChar, bounds[0], bounds[0] + bounds[1]);
            let start = regex.and([pattern, length]);
            for (const point of before) if (isAlive(start.derivative(point))) start = start.derivative(point);
            if (!isAlive(start)) return;
            let states: [RegexNode, RegexNode][] = [[start, start.clip(REACH)]];
            for (let step = 0; step <= REACH; step++) {
              const next = new Map<string, [RegexNode, RegexNode]>();
              for (const [real, short] of states) {
                expect([isAlive(short), short.accepts]).toEqual([isAlive(real), real.accepts]);
                for (const point of LETTERS) {
                  const pair: [RegexNode, RegexNode] = [real.derivative(point), short.derivative(point)];
                  next.set(pair.map(({ id }) => id).join(), pair);
                }
              }
              states = [...next.values()];
            }
          }),
      ),
      { numRuns: 1500 },
    );
  });

  test("counts neither characters nor words that end far away", () => {
    const regex = arena();
    const words = regex.and([searchPattern("^(?:\\S+\\s+){0,49}\\S+$", regex), regex.repeat(regex.anyChar, 1, 500)]);
    const inside = (text: string): RegexNode => {
      let node = words;
      for (const letter of text) node = node.derivative(letter.codePointAt(0)!);
      return node.clip(25);
    };
    expect(inside("the lab is")).toBe(inside("th"));
    expect(inside("").derivative(0x61).clip(25)).toBe(inside("a"));
    expect(inside("a".repeat(480))).not.toBe(inside("a"));
    expect(inside("a ".repeat(30))).not.toBe(inside("a "));
  });
});

describe("how much text is free", () => {
  test("is never said of text that may not follow", () => {
    fc.assert(
      fc.property(counting, fc.array(fc.constantFrom(...LETTERS), { minLength: 10, maxLength: 10 }), (source, text) =>
        unlessDear(() => {
          const regex = arena();
          const start = regex.and([searchPattern(source, regex), regex.repeat(regex.anyChar, 0, 11)]);
          if (!isAlive(start) || start.freeLength < 10) return;
          let node = start;
          for (const point of text) node = node.derivative(point);
          expect(isAlive(node)).toBe(true);
        }),
      ),
      { numRuns: 1500 },
    );
  });

  test("is seen behind patterns that any text can satisfy", () => {
    const regex = arena();
    const words = searchPattern("^(?:\\S+\\s+){0,49}\\S+$", regex).derivative(0x61);
    expect(words.freeLength).toBe(10);
    expect(regex.and([words, regex.repeat(regex.anyChar, 0, 30)]).freeLength).toBe(10);
    expect(regex.and([words, regex.repeat(regex.anyChar, 0, 9)]).freeLength).toBe(0);
    expect(searchPattern("^[^#]*$", regex).freeLength).toBe(0);
    expect(searchPattern('^[^\\u0000-\\u001f"\\\\]*$', regex).freeLength).toBe(Infinity);
    expect(searchPattern("^[^#:]+$", regex).barred).toEqual([0x23, 0x3a]);
    expect(searchPattern("^.*x$", regex).barred).toEqual([0x2028, 0x2029]);
    expect(searchPattern("^[^#é]+$", regex).barred).toBeUndefined();
    expect(searchPattern("^[^#].*$", regex).barred).toBeUndefined();
    expect(regex.not(searchPattern("\\.ya?ml$", regex)).freeLength).toBe(Infinity);
  });
});
