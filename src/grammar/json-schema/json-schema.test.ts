import { describe, expect, test } from "vitest";
import { compileJsonSchema } from "../index.ts";
import { accepts, refusal } from "../test-vocabulary.contract.ts";

const any = (schema: unknown) => compileJsonSchema(schema, { keyOrder: "any" });

test("in declared order the schema's keys come first and in its order, in any order they may not", () => {
  const schema = { type: "object", properties: { a: {}, b: {}, c: {} }, required: ["b"] };
  const declared = compileJsonSchema(schema);
  expect(accepts(declared, '{"a":1,"b":2,"c":3,"x":4}')).toBe(true);
  expect(accepts(declared, '{"b":2,"x":4}')).toBe(true);
  expect(accepts(declared, '{"b":2,"a":1}')).toBe(false);
  expect(accepts(declared, '{"x":4,"b":2}')).toBe(false);
  expect(accepts(any(schema), '{"x":4,"c":3,"b":2,"a":1}')).toBe(true);
});

test("keys are unique however they are escaped", () => {
  expect(accepts(any({ type: "object" }), '{"a":1,"b":2}')).toBe(true);
  expect(accepts(any({ type: "object" }), '{"a":1,"\\u0061":2}')).toBe(false);
  expect(accepts(any({ properties: { a: {} } }), '{"a":1,"a":2}')).toBe(false);
});

test("numbers are compared exactly, beyond what a double holds", () => {
  const schema = any({ type: "integer", maximum: 18446744073709552000 });
  expect(accepts(schema, "18446744073709552000")).toBe(true);
  expect(accepts(schema, "18446744073709552001")).toBe(false);
  const tenth = any({ type: "number", multipleOf: 0.1 });
  expect(accepts(tenth, "0.3")).toBe(true);
  expect(accepts(tenth, "0.35")).toBe(false);
  expect(accepts(any({ exclusiveMinimum: 0 }), "1e-9")).toBe(true);
  expect(accepts(any({ exclusiveMinimum: 0 }), "0.000")).toBe(false);
});

test("lengths count code points, written plainly or escaped", () => {
  const schema = any({ type: "string", maxLength: 1, minLength: 1 });
  expect(accepts(schema, '"😀"')).toBe(true);
  expect(accepts(schema, '"\\ud83d\\ude00"')).toBe(true);
  expect(accepts(schema, '"ab"')).toBe(false);
  expect(accepts(schema, '"\\ud83d"')).toBe(false);
});

test("several conditions on one string hold together", () => {
  const schema = any({
    pattern: "^a",
    allOf: [{ pattern: "z$" }, { minLength: 4 }, { not: { pattern: "b" } }],
    type: "string",
  });
  expect(accepts(schema, '"axyz"')).toBe(true);
  expect(accepts(schema, '"az"')).toBe(false);
  expect(accepts(schema, '"abyz"')).toBe(false);
});

test("oneOf excludes what two branches share", () => {
  const schema = any({ oneOf: [{ required: ["a"] }, { required: ["b"] }], type: "object" });
  expect(accepts(schema, '{"a":1}')).toBe(true);
  expect(accepts(schema, '{"a":1,"b":2}')).toBe(false);
  expect(accepts(schema, "{}")).toBe(false);
});

test("a discriminated union of many branches stays small", () => {
  const branch = (kind: string) => ({
    type: "object",
    properties: { kind: { const: kind }, [kind]: { type: "string" } },
    required: ["kind", kind],
  });
  const schema = any({ oneOf: Array.from({ length: 40 }, (_, i) => branch(`k${i}`)) });
  expect(accepts(schema, '{"k7":"x","kind":"k7"}')).toBe(true);
  expect(accepts(schema, '{"k7":"x","kind":"k8"}')).toBe(false);
});

test("an item that repeats an earlier one is refused however it is written", () => {
  const schema = any({ type: "array", uniqueItems: true });
  expect(accepts(schema, '[1,2,"1",{"a":1},{"a":2}]')).toBe(true);
  expect(accepts(schema, "[1,1.0]")).toBe(false);
  expect(accepts(schema, '["é","\\u00e9"]')).toBe(false);
  expect(accepts(schema, '[{"a":1,"b":2},{"b":2,"a":1}]')).toBe(false);
});

test("recursive references with conditions beside them are followed", () => {
  const schema = any({
    $defs: { list: { type: "object", properties: { next: { $ref: "#/$defs/list", maxProperties: 1 }, value: {} } } },
    $ref: "#/$defs/list",
    required: ["value"],
  });
  expect(accepts(schema, '{"value":1,"next":{"next":{}}}')).toBe(true);
  expect(accepts(schema, '{"value":1,"next":{"value":1,"next":{}}}')).toBe(false);
});

describe("refusals say where and why", () => {
  test.each([
    [
      { properties: { a: { pattern: "(?<=x)y" } } },
      { code: "unsupported", keyword: "pattern", pointer: "/properties/a/pattern" },
    ],
    [{ $ref: "https://example.com/schema.json" }, { code: "unsupported", keyword: "$ref" }],
    [{ properties: { a: { $ref: "#/nowhere" } } }, { code: "malformed", keyword: "$ref", pointer: "/properties/a" }],
    [{ type: "object", required: ["a"], properties: { a: false } }, { code: "unsatisfiable" }],
    [{ type: "string", minLength: 5, maxLength: 4 }, { code: "unsatisfiable" }],
    [{ type: "integer", exclusiveMinimum: 3, exclusiveMaximum: 4 }, { code: "unsatisfiable" }],
    [{ type: "string", pattern: "^a$", not: { const: "a" } }, { code: "unsatisfiable" }],
    [
      { $defs: { a: { $ref: "#/$defs/b" }, b: { $ref: "#/$defs/a" } }, $ref: "#/$defs/a" },
      { code: "unsupported", keyword: "$ref" },
    ],
    [
      {
        $defs: { t: { type: "object", required: ["t"], properties: { t: { $ref: "#/$defs/t" } } } },
        $ref: "#/$defs/t",
      },
      { code: "unsatisfiable" },
    ],
    [{ minLength: -1 }, { code: "malformed", keyword: "minLength", pointer: "/minLength" }],
    [{ type: "strin" }, { code: "malformed", keyword: "type" }],
    [{ items: 5 }, { code: "malformed", pointer: "/items" }],
  ])("%j", (schema, expected) => {
    expect(refusal(() => compileJsonSchema(schema))).toMatchObject(expected);
  });
});

describe("hostile schemas end in a refusal or work at once", () => {
  const deep = (levels: number): object =>
    levels === 0 ? { type: "string" } : { type: "object", properties: { a: deep(levels - 1) }, required: ["a"] };
  const product = {
    allOf: Array.from({ length: 12 }, (_, i) => ({
      anyOf: Array.from({ length: 12 }, (_, j) => ({ required: [`k${i}-${j}`] })),
    })),
  };

  test.each([
    ["200 levels", deep(200)],
    ["ten thousand words", { enum: Array.from({ length: 10_000 }, (_, i) => `word ${i}`) }],
    ["nested quantifiers", { type: "string", pattern: "^(a+)+$" }],
    ["a large counter", { type: "string", pattern: "^(a{1,1000}){1,1000}$" }],
  ])("%s", (_, schema) => {
    const started = performance.now();
    expect(compileJsonSchema(schema).minBytes()).toBeGreaterThan(0);
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  test("a product of alternatives, and nesting beyond the cap", () => {
    expect(refusal(() => compileJsonSchema({ type: "object", ...product })).code).toBe("too_large");
    expect(refusal(() => compileJsonSchema(deep(600))).code).toBe("too_large");
    expect(
      refusal(() => compileJsonSchema({ type: "string", pattern: "^(?=.*a{200}).*b{200}.*c" }, { maxWork: 200 })).code,
    ).toBe("too_large");
  });
});

test("formats that are only narrowed prove nothing about what lies outside of them", () => {
  expect(refusal(() => compileJsonSchema({ type: "string", not: { format: "email" } })).code).toBe("unsatisfiable");
  expect(accepts(any({ type: "string", not: { format: "date" } }), '"2024-02-30"')).toBe(true);
  expect(accepts(any({ type: "string", format: "date" }), '"2024-02-29"')).toBe(true);
  expect(accepts(any({ type: "string", format: "date" }), '"2023-02-29"')).toBe(false);
});
