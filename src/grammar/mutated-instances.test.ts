import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { expect, test } from "vitest";
import { bindGrammar, compileJsonSchema, Matcher } from "./index.ts";
import { randomFrom, randomWalk, testTrie } from "./test-vocabulary.contract.ts";

const trie = testTrie();
const SCHEMAS: readonly object[] = [
  {
    type: "object",
    properties: { name: { type: "string" }, age: { type: "integer", minimum: 0, maximum: 150 } },
    required: ["name"],
  },
  { type: "object", patternProperties: { "^a": { type: "integer" } }, additionalProperties: { type: "string" } },
  { type: "array", uniqueItems: true, items: { enum: ["ab", "abc", "a/b", "é", 12, null, true] }, maxItems: 4 },
  { type: "array", prefixItems: [{ type: "string", minLength: 2 }, { type: "number" }], items: { type: "boolean" } },
  { type: "object", minProperties: 1, maxProperties: 3, propertyNames: { maxLength: 4 } },
  {
    anyOf: [
      { type: "string", pattern: "^[a-f]+\\/x?$" },
      { type: "object", required: ["id"] },
    ],
  },
];

/** A value as JSON that somebody else might have written: keys in any order, characters escaped or not, whitespace anywhere. */
function written(value: unknown, random: () => number): string {
  const gap = (): string => ["", "", " ", "\n  ", "\t"][Math.floor(random() * 5)]!;
  const string = (text: string): string => {
    const units = Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
    return `"${units.map((unit, i) => (random() < 0.2 ? hex(unit) : plain(text[i]!))).join("")}"`;
  };
  const go = (one: unknown): string => {
    if (typeof one === "string") return string(one);
    if (typeof one !== "object" || one === null) return JSON.stringify(one);
    if (Array.isArray(one)) return `[${gap()}${one.map(go).join(`${gap()},${gap()}`)}${gap()}]`;
    const entries = Object.entries(one).toSorted(() => random() - 0.5);
    const parts = entries.map(([key, inner]) => `${string(key)}${gap()}:${gap()}${go(inner)}`);
    return `{${gap()}${parts.join(`${gap()},${gap()}`)}${gap()}}`;
  };
  return go(value);
}

function plain(unit: string): string {
  return /[\uD800-\uDFFF]/.test(unit) ? unit : JSON.stringify(unit).slice(1, -1);
}

function hex(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, "0")}`;
}

/** Halves of a pair must both be escaped, or neither. */
function isWellFormed(text: string): boolean {
  return !/\\ud[89a-f][0-9a-f]{2}[\uDC00-\uDFFF]|[\uD800-\uDBFF]\\u/i.test(text);
}

test.each(SCHEMAS)("%j: a valid instance is accepted however it is written and cut into tokens", (schema) => {
  const validate = new Ajv2020({ strict: false }).compile(schema);
  const bound = bindGrammar(compileJsonSchema(schema, { keyOrder: "any" }), trie);
  fc.assert(
    fc.property(fc.integer({ min: 1 }), (seed) => {
      const random = randomFrom(seed);
      const value: unknown = JSON.parse(
        randomWalk(compileJsonSchema(schema, { keyOrder: "any" }), trie, { random, tokens: 10 }),
      );
      fc.pre(validate(value));
      const text = written(value, random);
      fc.pre(isWellFormed(text));
      const bytes = Buffer.from(text);
      const matcher = new Matcher(bound);
      for (let at = 0; at < bytes.length;) {
        const fitting = Array.from({ length: trie.size }, (_, token) => token).filter((token) => {
          const piece = trie.textBytes(token);
          return piece !== undefined && bytes.subarray(at, at + piece.length).equals(piece);
        });
        const token = fitting[Math.floor(random() * fitting.length)]!;
        expect(matcher.tryToken(token), `${text} at ${at}`).toBe(true);
        matcher.accept(token);
        at += trie.textBytes(token)!.length;
      }
      expect(matcher.canEnd(), text).toBe(true);
    }),
    { numRuns: 40 },
  );
});
