import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test, vi } from "vitest";
import { compileJsonObject, compileJsonSchema, Matcher } from "./index.ts";
import { accepts, CONTROL, END, randomFrom, randomWalk, testTrie } from "./test-vocabulary.contract.ts";

const trie = testTrie();
const SCHEMAS: readonly object[] = [
  {
    type: "object",
    properties: { name: { type: "string" }, age: { type: "integer", minimum: 0, maximum: 150 } },
    required: ["name"],
  },
  { type: "array", items: { enum: ["ab", "abc", 12, null, true] }, minItems: 2, maxItems: 4 },
  { type: "string", pattern: "^a[bc]+$" },
  { type: "string", minLength: 2, maxLength: 5 },
  { type: "string", pattern: "^[^ae:]+$", maxLength: 60 },
  { type: "string", pattern: "^(?:\\S+\\s+){0,9}\\S+$", minLength: 1, maxLength: 50 },
  { type: "string", not: { pattern: "b$" } },
  { type: "string", anyOf: [{ pattern: "^.*\\.a$" }, { pattern: "^.*\\.b$" }] },
  { type: "number", exclusiveMinimum: 0, maximum: 12.5 },
  { type: "object", additionalProperties: { type: "boolean" }, minProperties: 2, maxProperties: 3 },
  { type: "array", uniqueItems: true, items: { enum: ["a", "b", "c"] }, minItems: 3 },
  {
    type: "object",
    patternProperties: { "^x": { type: "number" } },
    properties: { id: { const: 7 } },
    additionalProperties: false,
  },
  {
    anyOf: [
      { type: "object", properties: { id: { type: "number" } }, required: ["id"] },
      { type: "string", format: "date" },
    ],
  },
  {
    oneOf: [
      { type: "integer", multipleOf: 3 },
      { type: "integer", multipleOf: 5 },
    ],
  },
  { not: { type: ["object", "array", "string"] } },
  { type: "object", properties: { a: { type: "string" } }, if: { required: ["a"] }, then: { required: ["b"] } },
  {
    $ref: "#/$defs/tree",
    $defs: {
      tree: { type: "object", properties: { l: { $ref: "#/$defs/tree" }, v: { type: "integer" } }, required: ["v"] },
    },
  },
  { type: "array", contains: { const: 1 }, minContains: 2, maxContains: 3, items: { type: "integer" } },
  {},
];
const cases = SCHEMAS.flatMap((schema) => (["declared", "any"] as const).map((keyOrder) => ({ schema, keyOrder })));
const nameOf = ({ schema, keyOrder }: { schema: object; keyOrder: string }): string =>
  `${keyOrder} ${JSON.stringify(schema).slice(0, 90)}`;

describe.each(cases.map((one) => ({ ...one, name: nameOf(one) })))("$name", ({ schema, keyOrder }) => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });

  test("a random walk never meets a dead end and ends in valid JSON", () => {
    const validate = ajv.compile(schema);
    const grammar = compileJsonSchema(schema, { keyOrder });
    for (let seed = 0; seed < 25; seed++) {
      const text = randomWalk(grammar, trie, { random: randomFrom(seed), tokens: seed });
      expect(validate(JSON.parse(text)), text).toBe(true);
    }
  });

  test("the mask says of every token what tryToken says", () => {
    const grammar = compileJsonSchema(schema, { keyOrder });
    const random = randomFrom(7);
    const matcher = new Matcher(grammar, trie);
    for (let step = 0; step < 12 && !matcher.hasEnded; step++) {
      const mask = matcher.mask();
      const tried = Array.from({ length: trie.size }, (_, token) => token).filter((token) => matcher.tryToken(token));
      expect([...mask]).toEqual(tried);
      matcher.accept(tried[Math.floor(random() * tried.length)]!);
    }
  });

  test("rolling back is the same as never having advanced", () => {
    const grammar = compileJsonSchema(schema, { keyOrder });
    const random = randomFrom(11);
    const matcher = new Matcher(grammar, trie);
    const masks: number[][] = [];
    for (let step = 0; step < 10 && !matcher.hasEnded; step++) {
      masks.push([...matcher.mask()]);
      matcher.accept(masks[step]![Math.floor(random() * masks[step]!.length)]!);
    }
    const copy = matcher.clone();
    for (let step = masks.length - 1; step >= 0; step--) {
      matcher.rollback(1);
      expect([...matcher.mask()]).toEqual(masks[step]);
    }
    copy.rollback(masks.length);
    expect([...copy.mask()]).toEqual(masks[0]);
  });

  test("some next byte always brings the end one byte nearer", () => {
    const grammar = compileJsonSchema(schema, { keyOrder });
    const random = randomFrom(3);
    const matcher = new Matcher(grammar, trie);
    for (let step = 0; step < 30 && !matcher.canEnd(); step++) {
      const before = matcher.bytesToClose();
      const bytes = [...matcher.mask()].filter((token) => token < 256);
      const after = bytes.map((byte) => {
        matcher.accept(byte);
        const left = matcher.bytesToClose();
        matcher.rollback(1);
        return left;
      });
      expect(Math.min(...after), Buffer.from(matcher.text()).toString()).toBeLessThan(before);
      matcher.accept(bytes[Math.floor(random() * bytes.length)]!);
    }
  });
});

test.each([
  [
    { type: "object", additionalProperties: { type: "string", maxLength: 200 } },
    Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`k${i}`, "ab".repeat(i)])),
  ],
  [
    {
      type: "array",
      uniqueItems: true,
      items: { anyOf: [{ type: "integer", multipleOf: 7 }, { enum: ["ab", "é", ""] }] },
    },
    [7, "ab", 14, "", 0, "é", ...Array.from({ length: 30 }, (_, i) => 21 + 7 * i)],
  ],
  [
    {
      type: "array",
      contains: { type: "object", required: ["id"] },
      items: {
        oneOf: [
          { properties: { id: { pattern: "^(?=.*7)[a-z0-9]{4,}$" } } },
          { required: ["other"], minProperties: 2 },
        ],
        propertyNames: { pattern: "^[a-z]+$" },
      },
    },
    [{ id: "abc7" }, { id: "no", other: 1 }, {}, ...Array.from({ length: 12 }, (_, i) => ({ id: `x7y${i}` }))],
  ],
])("caches stay within their bounds and what they forget is computed again: %j", (schema, value) => {
  const limits = { maxTableBytes: 64 << 10, maxMaskBytes: 4 << 10 };
  const narrow = compileJsonSchema(schema, { keyOrder: "any" });
  const matcher = new Matcher(narrow, trie, limits);
  const roomy = new Matcher(compileJsonSchema(schema, { keyOrder: "any" }), trie);
  const forget = vi.spyOn(narrow, "forget");
  for (const byte of new TextEncoder().encode(JSON.stringify(value))) {
    expect([...matcher.mask()]).toEqual([...roomy.mask()]);
    matcher.accept(byte);
    roomy.accept(byte);
  }
  expect(matcher.canEnd()).toBe(true);
  expect(forget).toHaveBeenCalled();
});

test("a first token may carry SentencePiece's dummy space, a later one may not", () => {
  const grammar = compileJsonSchema({ const: "abc" }, { whitespace: { maxRun: 0, maxIndent: 0 } });
  const matcher = new Matcher(grammar, trie, { dummySpace: true });
  expect(matcher.mask().has(0x20)).toBe(true);
  expect(new Matcher(grammar, trie).mask().has(0x20)).toBe(false);
  matcher.accept(0x20);
  expect(matcher.mask().has(0x20)).toBe(false);
});

test("the end token is allowed exactly where the text is complete, a control token nowhere in JSON", () => {
  const matcher = new Matcher(compileJsonObject(), trie);
  for (const byte of new TextEncoder().encode('{"a":1}')) {
    expect(matcher.mask().has(END)).toBe(false);
    expect(matcher.mask().has(CONTROL)).toBe(false);
    matcher.accept(byte);
  }
  expect([...matcher.mask()]).toEqual([END]);
  expect(matcher.mustEnd()).toBe(true);
  matcher.accept(END);
  expect(matcher.mask().count()).toBe(0);
});

test("json_object is an object with unique keys and little whitespace", () => {
  const grammar = compileJsonObject();
  expect(accepts(grammar, '{"a": [1, {"b": null}], "c": "\\ud83d\\ude00"}')).toBe(true);
  expect(accepts(grammar, "[]")).toBe(false);
  expect(accepts(grammar, '{"a":1,"a":2}')).toBe(false);
  expect(accepts(grammar, '{"a":1,"\\u0061":2}')).toBe(false);
  expect(accepts(grammar, `{${" ".repeat(8)}}`)).toBe(true);
  expect(accepts(grammar, `{${" ".repeat(9)}}`)).toBe(false);
});
