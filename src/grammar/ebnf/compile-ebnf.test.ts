import { describe, expect, test } from "vitest";
import { bindGrammar, compileEbnf, GrammarError, Matcher } from "../index.ts";
import { accepts, randomFrom, randomWalk, testTrie } from "../test-vocabulary.contract.ts";

const ARITHMETIC = `
  # sums of products
  root    ::= term (("+" | "-") term)*
  term    ::= factor (("*" | "/") factor)*
  factor  ::= number | "(" root ")"   (* the only recursion *)
  number  ::= [0-9]+ ("." [0-9]{1,2})?
`;
const BRACKETS = `pair = "(" pair* ")" | '[' pair* ']' ;`;
const JSON_TEXT = `
  root   ::= value
  value  ::= object | array | string | /-?(?:0|[1-9][0-9]*)/ | "true" | "false" | "null"
  object ::= "{" (member ("," member)*)? "}"
  member ::= string ":" value
  array  ::= "[" (value ("," value)*)? "]"
  string ::= '"' ([^"\\\\\\x00-\\x1f] | "\\\\" ["\\\\/bfnrt])* '"'
`;

const takes = (grammar: string, text: string): boolean => accepts(compileEbnf(grammar), text);

describe("the language of a grammar", () => {
  test.each([
    [ARITHMETIC, "1+2*(3.25-4)/(5)", true],
    [ARITHMETIC, "1+", false],
    [ARITHMETIC, "1.234", false],
    [ARITHMETIC, "((((7))))", true],
    [ARITHMETIC, "((7)", false],
    [BRACKETS, "([()][])", true],
    [BRACKETS, "([)]", false],
    [BRACKETS, "()()", false],
    [JSON_TEXT, '{"a":[1,{"b\\"":null}],"é":-0}', true],
    [JSON_TEXT, '{"a":[1,}', false],
    ["root ::= item{2,3} item ::= 'a' item? 'b'", "abaabb", true],
    ["root ::= item{2,3} item ::= 'a' item? 'b'", "ab", false],
    ["root ::= item{2,3} item ::= 'a' item? 'b'", "abababab", false],
    ['start ::= "\\u00e9\\x21\\u{1F600}\\n" | .', "é!😀\n", true],
    ['start ::= "x" root ::= "y"', "y", true],
    ["root ::= a? b? c? a ::= 'a' b ::= 'b' c ::= 'c'", "ac", true],
    ["root ::= ('a'?)* 'z'", "aaz", true],
  ] as const)("%s: %s", (grammar, text, isIn) => {
    expect(takes(grammar, text)).toBe(isIn);
  });

  test("a random walk never meets a dead end and ends in a text of the grammar", () => {
    const trie = testTrie();
    for (let seed = 0; seed < 25; seed++) {
      const json = randomWalk(compileEbnf(JSON_TEXT), trie, { random: randomFrom(seed), tokens: seed });
      expect(() => JSON.parse(json) as unknown, json).not.toThrow();
      const sum = randomWalk(compileEbnf(ARITHMETIC), trie, { random: randomFrom(seed), tokens: seed });
      expect(sum).toMatch(/^[-+*/().0-9]+$/);
      expect(takes(ARITHMETIC, sum)).toBe(true);
    }
  });

  test("a repetition stays as small as it began", () => {
    const bound = bindGrammar(compileEbnf("root ::= item* '.' item ::= 'a' | '(' item ')'"), testTrie());
    const matcher = new Matcher(bound);
    matcher.accept(0x61);
    const { cacheBytes } = bound;
    for (let i = 0; i < 2000; i++) matcher.accept(0x61);
    matcher.mask();
    expect(bound.cacheBytes).toBeLessThan(cacheBytes + 20_000);
    expect(matcher.bytesToClose()).toBe(1);
  });
});

describe("a grammar is refused", () => {
  test.each([
    ["root ::= root 'a' | 'b'", "unsupported", "line 1, column 10: left recursion, root → root"],
    ["root ::= 'x'\na ::= b 'c'\nb ::= 'q'? a", "unsupported", "line 3, column 12: left recursion, a → b → a"],
    ["root ::= ('x'* root)? 'b'", "unsupported", "left recursion"],
    ["root ::= 'a' root", "unsatisfiable", "line 1, column 1: no text at all satisfies the rule root"],
    ["root ::= 'a' [b-a]", "malformed", "line 1, column 14"],
    ["root ::= a", "malformed", "line 1, column 10: there is no rule a"],
    ["root ::= 'a\n", "malformed", "line 1, column 10: the text is not closed"],
    ["root ::= ('a'", "malformed", "line 1, column 14: expected )"],
    ["root ::= 'a' ::= 'b'", "malformed", 'line 1, column 14: unexpected ":"'],
    ["root ::= 'a'\nroot ::= 'b'", "malformed", "line 2, column 1: the rule root stands here for the second time"],
    ["root ::= 'a'{3,1}", "malformed", "line 1, column 13: the numbers in {} are out of order"],
    ["", "malformed", "there is no rule"],
    ["hello", "malformed", "expected a rule"],
    ["root ::= x* x ::= ('(' x ')')?", "unsupported", "line 1, column 11: repeats a recursive rule that may be empty"],
    ["root ::= x{5000} x ::= 'a' | '(' x ')'", "too_large", "more than 1000 times"],
    [`root ::= ${"(".repeat(200)}'a'${")".repeat(200)}`, "malformed", "deeper than 100"],
  ])("%s", (grammar, code, message) => {
    const refusal = (): unknown => {
      try {
        return compileEbnf(grammar);
      } catch (error) {
        return error;
      }
    };
    const error = refusal() as GrammarError;
    expect(error).toBeInstanceOf(GrammarError);
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
  });

  test("once a text can be read in too many ways", () => {
    const matcher = new Matcher(compileEbnf(`root ::= "a" root "b" | "a" root "c" | "a" "."`), testTrie());
    const many = (): void => {
      for (let i = 0; i < 40; i++) matcher.accept(0x61);
    };
    expect(many).toThrow(/can be read in more than/);
  });
});
