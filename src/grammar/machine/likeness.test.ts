import { describe, expect, test } from "vitest";
import { bindGrammar, type BoundGrammar, compileJsonSchema, Matcher } from "../index.ts";
import { randomFrom, testTrie } from "../test-vocabulary.contract.ts";

const trie = testTrie();
const text = { type: "string" };
const SCHEMAS: readonly object[] = [
  { type: "object", properties: { a: text, id: text, name: { type: "integer" }, zz: { type: "array", items: text } } },
  {
    type: "object",
    properties: { a: text, ab: { enum: [12, "abc"] }, abc: { type: "boolean" }, name: text },
    required: ["ab", "name"],
    additionalProperties: false,
  },
  { type: "array", items: { type: "object", properties: { id: text, age: { $ref: "#" } } }, maxItems: 3 },
  { type: "array", uniqueItems: true, items: { enum: ["a", "ab", 1, 12, [], {}] } },
  { type: "object", patternProperties: { "^a": { type: "integer" } }, additionalProperties: text, minProperties: 2 },
  { type: "object", propertyNames: { maxLength: 3 }, additionalProperties: { enum: ["", 1] }, maxProperties: 3 },
  { type: "object", properties: { a: { const: 1 } }, not: { required: ["b"] }, additionalProperties: { type: "null" } },
  {
    anyOf: [
      {
        type: "object",
        properties: { a: text, id: { type: "integer" } },
        required: ["a"],
        additionalProperties: false,
      },
      { type: "object", properties: { a: { type: "integer" } }, additionalProperties: { type: "array", items: text } },
    ],
  },
  { anyOf: [{ type: "string", maxLength: 4 }, { enum: ["abcdef", "zzzzzzz"] }, text] },
];
const cases = SCHEMAS.flatMap((schema) =>
  (["declared", "any"] as const).flatMap((keyOrder) =>
    (["any", "spaced", "compact"] as const).map((layout) => ({ schema, keyOrder, layout })),
  ),
);

describe.each(cases)("$keyOrder $layout $schema", ({ schema, keyOrder, layout }) => {
  test("a mask shared with other states says of every token what tryToken says", () => {
    const bound = bindGrammar(compileJsonSchema(schema, { keyOrder, layout }), trie);
    const tokens = Array.from({ length: trie.size }, (_, token) => token);
    for (let seed = 0; seed < 5; seed++) {
      const random = randomFrom(seed);
      const matcher = new Matcher(bound);
      for (let step = 0; step < 14 && !matcher.hasEnded; step++) {
        const tried = tokens.filter((token) => matcher.tryToken(token));
        expect([...matcher.mask()], Buffer.from(matcher.text()).toString()).toEqual(tried);
        // Long tokens cross most boundaries; bytes alone would rarely leave a string.
        const long = tried.filter((token) => token > 256);
        const from = long.length > 0 && random() < 0.7 ? long : tried;
        matcher.accept(from[Math.floor(random() * from.length)]!);
      }
    }
  });
});

function maskAfter(bound: BoundGrammar, written: string): unknown {
  const matcher = new Matcher(bound);
  expect(matcher.startWith(new TextEncoder().encode(written)), written).toBe(written.length);
  return matcher.mask();
}

test("states that no token can tell apart have one mask", () => {
  const properties = { first: text, second: text, third: { type: "object", properties: { first: text } } };
  const bound = bindGrammar(compileJsonSchema({ type: "object", properties }, { keyOrder: "any" }), trie);
  const value = maskAfter(bound, '{"first":"a');
  expect(maskAfter(bound, '{"first":"","second":"b')).toBe(value);
  expect(maskAfter(bound, '{"other":1,"third":{},"second":"b')).toBe(value);
  // Behind the inner object's closing bracket stands another one, which a token can see.
  expect(maskAfter(bound, '{"third":{"first":"a')).not.toBe(value);
  const key = maskAfter(bound, '{"zzz');
  expect(maskAfter(bound, '{"first":"","second":"","zz')).toBe(key);
  const behind = maskAfter(bound, '{"first":""');
  expect(maskAfter(bound, '{"first":"","second":"","other":0')).not.toBe(behind);
  expect(maskAfter(bound, '{"first":"","second":""')).toBe(behind);
});
