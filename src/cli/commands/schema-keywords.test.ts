import { expect, test } from "vitest";
import { judgeKeywords } from "./schema-keywords.ts";

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
