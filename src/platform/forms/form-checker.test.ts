import { afterAll, expect, test } from "vitest";
import { FormChecker } from "./form-checker.ts";

const checker = new FormChecker({ timeLimitMs: 1500 });
afterAll(() => checker.close());

const schema = (value: object) => ({ kind: "json_schema", schema: value }) as const;
/** Takes seconds to compile, whatever its number: 60 alternatives, each of which excludes all others. */
const dear = (number: number) =>
  schema({
    title: String(number),
    oneOf: Array.from({ length: 400 }, (_, i) => ({ required: [`k${i}`], title: "x" })),
  });

test("what can be enforced has no problem, what cannot has its place", async () => {
  expect((await checker.check(schema({ type: "string" }), "a")).problem).toBeUndefined();
  expect((await checker.check({ kind: "regex", pattern: "(a" }, "a")).problem).toMatchObject({ code: "malformed" });
  expect((await checker.check({ kind: "ebnf", grammar: "root ::= root" }, "a")).problem?.message).toContain("line 1");
  const { problem } = await checker.check(schema({ properties: { a: { pattern: "(a)\\1" } } }), "a");
  expect(problem).toMatchObject({ code: "unsupported", keyword: "pattern", pointer: "/properties/a/pattern" });
});

test("the same form is compiled once", () => {
  const first = checker.check(schema({ const: 1 }), "a");
  expect(checker.check(schema({ const: 1 }), "b")).toBe(first);
});

test("who sends dear forms waits for them alone", async () => {
  const order: string[] = [];
  const note = (name: string) => () => void order.push(name);
  const others = [1, 2, 3].map((n) => checker.check(dear(n), "hostile").then(note(`hostile ${n}`)));
  await checker.check(schema({ const: "mine" }), "other").then(note("other"));
  expect(order).toEqual(["other"]);
  await Promise.all(others);
  expect(order).toEqual(["other", "hostile 1", "hostile 2", "hostile 3"]);
}, 60_000);

test("too much memory ends the thread, and the next form is compiled as ever", async () => {
  const small = new FormChecker({ memoryMib: 24, timeLimitMs: 20_000 });
  const enormous = { enum: Array.from({ length: 400_000 }, (_, i) => `value-${(i * 7919) % 1_000_003}-${i}`) };
  expect((await small.check(schema(enormous), "a")).problem).toMatchObject({ code: "too_large" });
  expect((await small.check(schema({ const: 1 }), "a")).problem).toBeUndefined();
  await small.close();
}, 60_000);

test("too much time ends it as well", async () => {
  const hasty = new FormChecker({ timeLimitMs: 1 });
  expect((await hasty.check(dear(9), "a")).problem).toMatchObject({
    code: "too_large",
    message: expect.stringContaining("0.001 s"),
  });
  await hasty.close();
});
