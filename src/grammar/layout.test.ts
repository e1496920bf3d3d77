import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { bindGrammar, compileJsonSchema, compileToolCalls, createTokenTrie, Matcher } from "./index.ts";
import { accepts, CONTROL, randomFrom, randomWalk, testTrie } from "./test-vocabulary.contract.ts";

const trie = testTrie();
const person = {
  type: "object",
  properties: {
    name: { type: "string" },
    id: { enum: ["ab", "abc\n"] },
    ages: { type: "array", items: { type: "integer" } },
    deep: { type: "object", properties: { é: { type: "boolean" } }, required: ["é"], additionalProperties: false },
  },
  required: ["name", "id", "ages", "deep"],
  additionalProperties: false,
};
const value = { name: "zoë", id: "abc\n", ages: [1, 2], deep: { é: true } };

/** JSON with a space after each colon and comma. */
function spaced(json: unknown): string {
  if (Array.isArray(json)) return `[${json.map(spaced).join(", ")}]`;
  if (typeof json !== "object" || json === null) return JSON.stringify(json);
  return `{${Object.entries(json)
    .map(([key, inner]) => `${JSON.stringify(key)}: ${spaced(inner)}`)
    .join(", ")}}`;
}

describe.each(["spaced", "compact"] as const)("%s", (layout) => {
  const write = layout === "spaced" ? spaced : JSON.stringify;
  const grammar = compileJsonSchema(person, { layout });

  test("takes the one way to write a value", () => {
    const text = write(value);
    expect(accepts(grammar, text)).toBe(true);
    expect(accepts(grammar, text.replace("é", "\\u00e9"))).toBe(false);
    expect(accepts(grammar, text.replace("abc\\n", "abc\\u000a"))).toBe(false);
    expect(accepts(grammar, text.replace("[1", "[ 1"))).toBe(false);
    expect(accepts(grammar, ` ${text}`)).toBe(false);
    expect(accepts(grammar, (layout === "spaced" ? JSON.stringify : spaced)(value))).toBe(false);
  });

  test("whatever is drawn is valid, and written that way", () => {
    const validate = new Ajv2020({ strict: false }).compile(person);
    const random = randomFrom(5);
    for (let walk = 0; walk < 20; walk++) {
      const text = randomWalk(compileJsonSchema(person, { layout }), trie, { random, tokens: 12 });
      const parsed: unknown = JSON.parse(text);
      expect(validate(parsed), text).toBe(true);
      // Other ways to write a number are the same value: only what is around it has one way.
      const digits = (one: string): string => one.replaceAll(/\\u00[01][0-9a-fA-F]/g, (hex) => hex.toLowerCase());
      expect(digits(text)).toBe(digits(write(parsed)));
    }
  });

  test("a budget from the least upward ends in valid JSON", () => {
    const bound = bindGrammar(grammar, trie);
    const least = bound.minTokens();
    expect(grammar.minBytes()).toBe(write({ name: "", id: "ab", ages: [], deep: { é: true } }).length + 1);
    for (let budget = least; budget < least + 12; budget++) {
      const random = randomFrom(budget);
      const matcher = new Matcher(bound);
      for (let left = budget; !matcher.mustEnd(); left--) {
        const mask = [...matcher.mask({ remainingTokens: left })];
        matcher.accept(mask[Math.floor(random() * mask.length)]!);
      }
      expect(() => JSON.parse(Buffer.from(matcher.text()).toString()) as unknown).not.toThrow();
    }
  });
});

/** A vocabulary of bytes and longer tokens, tokenized by the longest match of `texts`. */
function greedyTrie(texts: readonly string[], unwritten: readonly string[] = []) {
  const encoder = new TextEncoder();
  const encoded = (list: readonly string[]): Uint8Array[] => list.map((text) => encoder.encode(text));
  const written = encoded(texts).toSorted((a, b) => b.length - a.length);
  const tokens = [...written, ...encoded(unwritten)];
  return createTokenTrie({
    size: 256 + tokens.length,
    tokenBytes: (token) => (token < 256 ? Uint8Array.of(token) : tokens[token - 256]!),
    isControl: () => false,
    isEndOfGeneration: () => false,
    tokenize: (text) => {
      const out: number[] = [];
      for (let at = 0; at < text.length;) {
        const found = written.findIndex((bytes) => bytes.every((byte, i) => text[at + i] === byte));
        out.push(found < 0 ? text[at]! : 256 + found);
        at += found < 0 ? 1 : written[found]!.length;
      }
      return Int32Array.from(out);
    },
  });
}

describe("forced tokens", () => {
  const greedy = greedyTrie(['{"', "name", '": "', '", "', '": ', '": [', "id", "ages"]);
  const text = (matcher: Matcher): string => Buffer.from(matcher.text()).toString();
  const started = (prefix: string): Matcher => {
    const matcher = new Matcher(compileJsonSchema(person, { layout: "spaced" }), greedy);
    for (const token of greedy.tokenize!(Buffer.from(prefix))) matcher.accept(token);
    return matcher;
  };
  const forcedText = (matcher: Matcher): string => {
    for (const token of matcher.forcedTokens()) matcher.accept(token);
    return text(matcher);
  };

  test("are the keys and the punctuation around them", () => {
    expect(forcedText(started(""))).toBe('{"name": "');
    expect(forcedText(started('{"name": "zz", "'))).toBe('{"name": "zz", "id": "ab');
  });

  test("are not given where a longer token might come instead of the last one", () => {
    // `": [` would be one token with what may follow it, were an array empty.
    const longer = greedyTrie(['{"', '": [', '": []', "ages", '": "', '", "', "name", "id"]);
    const matcher = new Matcher(compileJsonSchema(person, { layout: "spaced" }), longer);
    for (const byte of Buffer.from('{"name": "", "id": "ab')) matcher.accept(byte);
    for (const token of longer.tokenize!(Buffer.from('", "'))) matcher.accept(token);
    expect(forcedText(matcher)).toBe('{"name": "", "id": "ab", "ages');
  });

  test("do not start inside a token that the text before would be part of", () => {
    const matcher = started('{"name": "zz');
    matcher.accept(0x22);
    expect([...matcher.forcedTokens()]).toEqual([]);
  });

  test("stop where the shortest way to the end, in other tokens, would no longer fit the budget", () => {
    const shorter = greedyTrie(['{"', 'one":', '": '], ['{"one', '": 0, "two": 0}']);
    const integers = { one: { type: "integer" }, two: { type: "integer" } };
    const schema = { type: "object", properties: integers, required: ["one", "two"] };
    const bound = bindGrammar(compileJsonSchema(schema, { layout: "spaced" }), shorter);
    for (let budget = bound.minTokens(); budget < bound.minTokens() + 4; budget++) {
      const matcher = new Matcher(bound);
      for (let left = budget; !matcher.mustEnd();) {
        const forced = matcher.forcedTokens({ remainingTokens: left });
        for (const token of forced) matcher.accept(token);
        left -= forced.length;
        expect(matcher.minTokensToClose()).toBeLessThanOrEqual(left);
        if (matcher.mustEnd()) break;
        matcher.accept([...matcher.mask({ remainingTokens: left })][0]!);
        left--;
      }
      expect(JSON.parse(text(matcher))).toMatchObject({ one: expect.any(Number), two: expect.any(Number) });
    }
  });

  test("say nothing that any other choice of allowed tokens would not say", () => {
    const random = randomFrom(9);
    const grammar = compileJsonSchema(person, { layout: "spaced" });
    for (let walk = 0; walk < 30; walk++) {
      const [fast, slow] = [new Matcher(grammar, greedy), new Matcher(grammar, greedy)];
      for (let step = 0; step < 40 && !fast.mustEnd(); step++) {
        for (const token of fast.forcedTokens()) fast.accept(token);
        const wanted = fast.text();
        while (slow.text().length < wanted.length) {
          const allowed = [...slow.mask()];
          const token = allowed[Math.floor(random() * allowed.length)]!;
          slow.accept(token);
        }
        const said = slow.text();
        expect(said.slice(0, wanted.length)).toEqual(wanted);
        // The slow one may have gone further than what was forced: the fast one follows it there, byte by byte.
        for (const byte of said.slice(wanted.length)) fast.accept(byte);
        if (fast.mustEnd()) break;
        const free = [...fast.mask()].filter((token) => token < 256);
        const byte = free[Math.floor(random() * free.length)]!;
        fast.accept(byte);
        slow.accept(byte);
      }
    }
  });
});

test("calls are laid out like the rest", () => {
  const spec = {
    protocol: "v1-v3",
    tokens: { toolCalls: CONTROL },
    tools: [{ name: "get", parameters: { type: "object", properties: { id: { type: "integer" } } } }],
    choice: "required",
    parallel: true,
  } as const;
  const follow = (text: string, layout: "any" | "spaced"): boolean => {
    const matcher = new Matcher(compileToolCalls(spec, { layout }), trie);
    matcher.accept(CONTROL);
    return [...Buffer.from(text)].every((byte) => matcher.tryToken(byte) && (matcher.accept(byte), true));
  };
  const call = '[{"name": "get", "arguments": {"id": 1}}, {"name": "get", "arguments": {}}]';
  expect(follow(call, "spaced")).toBe(true);
  expect(follow(call.replaceAll(": ", ":"), "spaced")).toBe(false);
  expect(follow(call.replaceAll(": ", ":"), "any")).toBe(true);
});
