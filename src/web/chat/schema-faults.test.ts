import { expect, test } from "vitest";
import { schemaFaults } from "./schema-faults.ts";

const schema = {
  type: "object",
  properties: {
    name: { type: "string", minLength: 2 },
    tags: { type: "array", items: { $ref: "#/$defs/tag" }, maxItems: 2 },
    size: { anyOf: [{ type: "integer", minimum: 1 }, { type: "null" }] },
  },
  required: ["name"],
  additionalProperties: false,
  $defs: { tag: { enum: ["a", "b"] } },
};

test("what fits has no faults", () => {
  expect(schemaFaults({ name: "Ana", tags: ["a", "b"], size: null }, schema)).toEqual([]);
});

test.each([
  [{}, "$", '"name"'],
  [{ name: 3 }, "$.name", "string"],
  [{ name: "A" }, "$.name", "minLength 2"],
  [{ name: "Ana", tags: ["a", "c"] }, "$.tags[1]", '"a" | "b"'],
  [{ name: "Ana", tags: ["a", "a", "a"] }, "$.tags", "maxItems 2"],
  [{ name: "Ana", size: 0 }, "$.size", "anyOf"],
  [{ name: "Ana", more: 1 }, "$.more", "–"],
  [[], "$", "object"],
])("%j is told at %s", (value, path, expected) => {
  expect(schemaFaults(value, schema)).toEqual([{ path, expected }]);
});

test("a schema that refers to itself ends", () => {
  expect(schemaFaults({}, { $ref: "#" })).toEqual([]);
});
