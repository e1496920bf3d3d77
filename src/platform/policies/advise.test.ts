import { expect, test } from "vitest";
import type { PolicyRule } from "#protocol";
import { adviseOn } from "./advise.ts";
import { RULE_TEMPLATES } from "./templates.ts";

const rule = (text: string, more: Partial<PolicyRule> = {}): PolicyRule => ({
  id: text,
  text,
  action: "refuse",
  applies_to: "input",
  category: "general",
  strictness: "balanced",
  audience: "everyone",
  audience_ids: [],
  ...more,
});
const kinds = (...rules: PolicyRule[]) =>
  adviseOn(rules).map(({ kind, number, with_number: other }) => [kind, number, other]);

test("the rules we offer ourselves need no advice", () => {
  expect(adviseOn(RULE_TEMPLATES.map(({ rule: it }, index) => ({ ...it, id: String(index) })))).toEqual([]);
});

test("a word that can mean anything is pointed at, with a wording to fill in", () => {
  const [advice] = adviseOn([rule("Do not discuss inappropriate topics", { category: "romance" })]);
  expect(advice).toMatchObject({ kind: "vague", number: 1 });
  expect(advice!.message).toContain("inappropriate");
  expect(advice!.rewrite).toContain("romance");
  expect(kinds(rule("Politics"))).toEqual([["vague", 1, null]]);
});

test("several subjects, two negations and an essay are told apart", () => {
  expect(kinds(rule("Questions about medicines and also questions about law"))).toEqual([
    ["several_subjects", 1, null],
  ]);
  const [twice] = adviseOn([rule("Never talk about weapons unless it is not for sport")]);
  expect(twice).toMatchObject({
    kind: "double_negation",
    rewrite: expect.stringMatching(/^Messages about weapons/) as string,
  });
  expect(kinds(rule(`Questions about ${"very ".repeat(40)}long subjects`))).toEqual([["too_long", 1, null]]);
});

test("two rules that say the same are a pair: a duplicate, or a conflict when they do different things", () => {
  const first = rule("Questions about medicines and doses");
  expect(kinds(first, rule("Question about doses and medicines"))).toEqual([["duplicate", 2, 1]]);
  expect(kinds(first, rule("Medicines and doses", { action: "log" }))).toEqual([["conflict", 2, 1]]);
  expect(kinds(first, rule("Medicines and doses", { applies_to: "output" }))).toEqual([]);
  expect(kinds(first, rule("Questions about weapons"))).toEqual([]);
});
