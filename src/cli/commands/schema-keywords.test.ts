import { expect, test } from "vitest";
import { compileJsonSchema } from "#grammar";
import { ENFORCED, judgeKeywords } from "./schema-keywords.ts";

test("every keyword is exact, narrowed, refused or an annotation, with its place", () => {
  const schema = {
    title: "T",
    type: "object",
    properties: {
      "a/b": { type: "integer", minimum: 3 },
      mail: { format: "email" },
      odd: { pattern: "(a)\\1" },
      other: { anyOf: [{ pattern: "(?<=x)y" }, { const: 1 }] },
    },
  };
  const told = judgeKeywords(schema).map(({ pointer, verdict }) => `${verdict} ${pointer}`);
  expect(told).toEqual([
    "annotation /title",
    "exact /type",
    "narrowed /properties",
    "narrowed /properties/a~1b/type",
    "exact /properties/a~1b/minimum",
    "narrowed /properties/mail/format",
    "refused /properties/odd/pattern",
    "exact /properties/other/anyOf",
    "refused /properties/other/anyOf/0/pattern",
    "exact /properties/other/anyOf/1/const",
  ]);
});

/** Name schemas rather than demand something of a value. */
const NAMES = ["$schema", "$id", "id", "$anchor", "$dynamicAnchor"];

test("every keyword that the compiler reads is judged, and no other one is called enforced", () => {
  const read = new Set<string>();
  const spy = (schema: Record<string, unknown>): Record<string, unknown> => {
    const note = <T>(key: string | symbol, answer: T): T => (read.add(String(key)), answer);
    return new Proxy(schema, {
      get: (target, key) => note(key, Reflect.get(target, key) as unknown),
      has: (target, key) => note(key, Reflect.has(target, key)),
      getOwnPropertyDescriptor: (target, key) => note(key, Reflect.getOwnPropertyDescriptor(target, key)),
    });
  };
  // Keywords that belong together are read where one of them stands.
  const one = { const: [], minimum: 0, minLength: 0, required: [], dependencies: {}, $recursiveRef: "", if: true };
  compileJsonSchema(spy({ ...one, items: true, contains: true, minContains: 0, unevaluatedItems: true }));
  compileJsonSchema(spy({ ...one, items: [true], contains: true, minContains: 0 }));
  const keywords = [...read].filter((key) => !NAMES.includes(key)).toSorted();
  expect(keywords.length).toBeGreaterThan(40);
  expect(keywords.filter((key) => !ENFORCED.has(key))).toEqual([]);
  // Definitions are read only where something refers to them.
  const known = [...ENFORCED].filter((key) => key !== "$defs" && key !== "definitions");
  expect(known.toSorted()).toEqual(keywords);
});
