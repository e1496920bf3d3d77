import { expect, test } from "vitest";
import type { Sample } from "../recipe/src/sample.ts";
import { wilson } from "./interval.ts";
import { guessLanguage } from "./language.ts";
import { parseAnswer } from "./parse-answer.ts";
import { report } from "./report.ts";
import { sameCalls, sameJson, sameText, sameTool } from "./scorers.ts";
import { makeCases, tasks } from "./tasks.ts";

const sample = (answer: Sample["answer"]): Sample => ({ skill: "tools", lang: "en", messages: [], answer });
const calls = [{ name: "f", arguments: { a: 1, b: "x" } }];

test("a call is right whatever the order of its arguments, and wrong with another value", () => {
  expect(sameCalls(sample(calls), { text: "", toolCalls: [{ name: "f", arguments: { b: "x", a: 1 } }] })).toBe(true);
  const other = { text: "", toolCalls: [{ name: "f", arguments: { a: 2, b: "x" } }] };
  expect([sameTool(sample(calls), other), sameCalls(sample(calls), other)]).toEqual([true, false]);
});

test("calling a tool where none fits is a wrong choice", () => {
  expect(sameTool(sample("no"), { text: "", toolCalls: calls })).toBe(false);
  expect(sameTool(sample("no"), { text: "anything", toolCalls: [] })).toBe(true);
});

test("JSON is compared by value and broken JSON is wrong", () => {
  expect(sameJson(sample('{"a": [1]}'), { text: '{ "a":[1] }', toolCalls: [] })).toBe(true);
  expect(sameJson(sample('{"a": [1]}'), { text: '{"a": [1', toolCalls: [] })).toBe(false);
});

test("a raw answer is read as calls or as text without the leading space", () => {
  expect(parseAnswer('[TOOL_CALLS] [{"name": "f", "arguments": {"a": 1, "b": "x"}}]</s>')).toEqual({
    text: "",
    toolCalls: calls,
  });
  expect(parseAnswer(" Hello</s>")).toEqual({ text: "Hello", toolCalls: [] });
});

test("Wilson's interval is inside [0, 1] and holds the share", () => {
  expect(wilson(0, 10).low).toBe(0);
  expect(wilson(10, 10).high).toBeCloseTo(1);
  expect(wilson(50, 100).low).toBeCloseTo(0.4038, 3);
});

test("words tell the language", () => {
  expect(guessLanguage("Je ne le sais pas et je suis un modèle")).toBe("fr");
  expect(guessLanguage("Das weiß ich nicht und es ist so")).toBe("de");
  expect(guessLanguage("12345")).toBeUndefined();
});

test("every task's own answer scores as right, so the tests can be won", () => {
  for (const { task, sample: own } of makeCases({ each: 2, seed: 1, split: "test" })) {
    const answer =
      typeof own.answer === "string" ? { text: own.answer, toolCalls: [] } : { text: "", toolCalls: own.answer };
    expect(task.score(own, answer), `${task.name}: ${JSON.stringify(own)}`).toBe(true);
  }
});

test("the report has a row per task", () => {
  const outcomes = [{ task: tasks[0]!.name, lang: "en" as const, right: true }];
  expect(report(outcomes).split("\n")[2]).toContain("| 100 % | – | – | – | – |");
});

test("sameText ignores the white space around an answer", () => {
  expect(sameText(sample("yes"), { text: " yes\n", toolCalls: [] })).toBe(true);
});
