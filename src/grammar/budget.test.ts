import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { bindGrammar, compileJsonObject, compileJsonSchema, Matcher } from "./index.ts";
import { randomFrom, testTrie } from "./test-vocabulary.contract.ts";

const trie = testTrie();
const SCHEMAS: readonly object[] = [
  { type: "object", properties: { name: { type: "string" }, age: { type: "integer" } }, required: ["name", "age"] },
  { type: "array", items: { type: "object", properties: { id: { type: "number" } }, required: ["id"] }, minItems: 2 },
  { type: "string", pattern: "^(ab)+c{3,}$" },
  { type: "object", additionalProperties: { type: "array", items: { type: "boolean" } }, minProperties: 2 },
  {
    type: "object",
    properties: {
      kind: { const: "abc" },
      deep: { type: "object", required: ["name"], properties: { name: { minLength: 4, type: "string" } } },
    },
  },
  { type: "array", uniqueItems: true, minItems: 3, items: { type: "integer" } },
  { type: "array", contains: { const: true }, minContains: 2 },
];

test.each(SCHEMAS)("%j: every budget from the least upward ends in valid JSON", (schema) => {
  const validate = new Ajv2020({ strict: false }).compile(schema);
  const bound = bindGrammar(compileJsonSchema(schema), trie);
  const least = bound.minTokens();
  for (let budget = least; budget < least + 40; budget++) {
    const random = randomFrom(budget);
    const matcher = new Matcher(bound);
    for (let left = budget; !matcher.mustEnd() && !(left === 0 && matcher.canEnd()); left--) {
      expect(left).toBeGreaterThan(0);
      const mask = [...matcher.mask({ remainingTokens: left })].filter((token) => token !== 256);
      matcher.accept(mask[Math.floor(random() * mask.length)]!);
    }
    const text = Buffer.from(matcher.text()).toString();
    expect(validate(JSON.parse(text)), text).toBe(true);
  }
});

test("the least budget counts tokens, not bytes", () => {
  const grammar = compileJsonSchema({
    type: "object",
    properties: { name: { const: "hello world" } },
    required: ["name"],
  });
  const bound = bindGrammar(grammar, trie);
  expect(grammar.minBytes()).toBe('{"name":"hello world"}'.length);
  expect(bound.minTokens()).toBeLessThan(8);
});

test("a budget that is far off changes nothing, and one that is near only removes tokens", () => {
  const bound = bindGrammar(compileJsonObject(), trie);
  const matcher = new Matcher(bound);
  for (const byte of Buffer.from('{"a":[{"b":"')) matcher.accept(byte);
  const all = [...matcher.mask()];
  expect([...matcher.mask({ remainingTokens: 10_000 })]).toEqual(all);
  const near = [...matcher.mask({ remainingTokens: 5 })];
  expect(near.length).toBeLessThan(all.length);
  expect(all).toEqual(expect.arrayContaining(near));
});
