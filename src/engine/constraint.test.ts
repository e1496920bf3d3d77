import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { expect, test } from "vitest";
import { CoreHarness } from "./core-harness.ts";
import { GREEDY } from "./generation.ts";
import type { Constraint } from "./generation.ts";

const PERSON = {
  type: "object",
  properties: {
    name: { type: "string", maxLength: 20 },
    age: { type: "integer", minimum: 0, maximum: 150 },
    tags: { type: "array", items: { enum: ["sea", "land", "sky"] }, maxItems: 3 },
    address: {
      type: "object",
      properties: { harbourName: { type: "string", maxLength: 10 }, open: { type: "boolean" } },
      required: ["harbourName", "open"],
      additionalProperties: false,
    },
  },
  required: ["name", "age", "address"],
  additionalProperties: false,
};
const person: Constraint = { kind: "json_schema", schema: PERSON };
const isPerson = new Ajv2020().compile(PERSON);

const samplings = fc.record({
  temperature: fc.constantFrom(0, 0.7, 2),
  topP: fc.constantFrom(1, 0.9),
  topK: fc.constantFrom(0, 40),
  minP: fc.constantFrom(0, 0.1),
  seed: fc.bigInt({ min: 0n, max: 1000n }),
});

test("whatever the sampling and however few tokens, the answer is valid against the schema", () => {
  fc.assert(
    fc.property(
      samplings,
      fc.integer({ min: 80, max: 200 }),
      fc.constantFrom(0, 6),
      (sampling, maxTokens, draftTokens) => {
        const harness = new CoreHarness({}, { draftTokens });
        harness.submit(1, "Hello", { constraint: person, maxTokens, choices: 2, sampling: { ...GREEDY, ...sampling } });
        harness.drain();
        for (const choice of [0, 1]) {
          const text = harness.text(1, choice);
          expect(isPerson(JSON.parse(text)), text).toBe(true);
          expect(harness.finish(1, choice)!.completionTokens).toBeLessThanOrEqual(maxTokens);
        }
      },
    ),
    { numRuns: 20 },
  );
});

test("a model that keeps to the form by itself says what it says without a constraint, nearly without masks", () => {
  const answer = '{"name": "Ada", "age": 36, "address": {"harbourName": "Old", "open": true}}';
  const harness = new CoreHarness({}, { draftTokens: 0 });
  harness.submit(1, `Repeat: ${answer}`, { constraint: person });
  harness.drain();
  expect(JSON.parse(harness.text(1))).toEqual(JSON.parse(answer));
  const { maskedTokens, optimisticTokens } = harness.core.status();
  expect(maskedTokens).toBeLessThan(optimisticTokens / 10);
});

test("what the schema leaves no choice about is not asked of the model", () => {
  const run = (logprobs: number | undefined) => {
    const harness = new CoreHarness({}, { draftTokens: 0 });
    harness.submit(1, "Hello", { constraint: person, logprobs });
    harness.drain();
    return { text: harness.text(1), status: harness.core.status(), finish: harness.finish(1)! };
  };
  const forced = run(undefined);
  expect(isPerson(JSON.parse(forced.text))).toBe(true);
  expect(forced.status.forcedTokens).toBeGreaterThan(20);
  expect(forced.status.passes).toBeLessThan(forced.finish.completionTokens - forced.status.forcedTokens / 2);
  expect(run(0).status.forcedTokens).toBe(0);
});

test("drafts change nothing about an answer, wherever forced tokens come between them", () => {
  const code: Constraint = { kind: "regex", pattern: "(?:[a-z]{2}-[a-z]{2};)+\\." };
  const said = (draftTokens: number, seed: bigint, constraint: Constraint) => {
    const harness = new CoreHarness({}, { draftTokens });
    const sampling = { ...GREEDY, temperature: 0.7, seed };
    harness.submit(1, "Repeat: ab-cd;ab-cd;xy-cd;ab-cd;ef-cd;.", { constraint, sampling, maxTokens: 120 });
    harness.drain();
    return harness.text(1);
  };
  for (const constraint of [code, person]) {
    for (let seed = 1n; seed <= 20n; seed++) expect(said(8, seed, constraint)).toBe(said(0, seed, constraint));
  }
});

test("the answer ends with its last bracket, without a pass for an end token", () => {
  const harness = new CoreHarness();
  harness.submit(1, 'Repeat: {"a": 1}', { constraint: { kind: "json_object" } });
  harness.drain();
  expect(harness.text(1)).toBe('{"a": 1}');
  expect(harness.finish(1)).toMatchObject({ reason: "stop", completionTokens: 8 });
});

test("a schema that cannot be kept is refused", () => {
  const harness = new CoreHarness();
  harness.submit(1, "x", { constraint: { kind: "json_schema", schema: { type: "string", pattern: "(a)\\1" } } });
  harness.submit(2, "x", {
    constraint: { kind: "json_schema", schema: { allOf: [{ type: "string" }, { type: "null" }] } },
  });
  harness.drain();
  expect([1, 2].map((id) => harness.error(id))).toEqual(["invalid_schema", "invalid_schema"]);
});

test("where not even the shortest answer fits, it is cut like free text", () => {
  const harness = new CoreHarness();
  harness.submit(1, "x", { constraint: person, maxTokens: 3 });
  harness.drain();
  expect(harness.finish(1)).toMatchObject({ reason: "length", completionTokens: 3 });
  expect(harness.text(1)).toMatch(/^\{/);
});

const weather = {
  name: "weather",
  parameters: { type: "object", properties: { city: { type: "string", maxLength: 12 } }, required: ["city"] },
};

test("tool calls come in the model's format, and the finish says what they consist of", () => {
  for (const protocol of ["v7", "v11"] as const) {
    const harness = new CoreHarness();
    const constraint: Constraint = {
      kind: "tool_calls",
      protocol,
      tools: [weather],
      choice: "required",
      parallel: false,
    };
    harness.submit(1, "What is the weather?", { constraint, sampling: { ...GREEDY, temperature: 1 }, maxTokens: 200 });
    harness.drain();
    expect(harness.events(1)[1]).toEqual({ type: "control", choice: 0, text: "[TOOL_CALLS]" });
    const parts = harness.finish(1)!.parts!;
    const called = parts.filter(({ kind }) => kind === "call_name" || kind === "call_arguments");
    expect(called.map(({ kind }) => kind)).toEqual(["call_name", "call_arguments"]);
    expect(called[0]!.text).toBe("weather");
    expect(JSON.parse(called[1]!.text)).toHaveProperty("city");
  }
});

test("free text before a call streams, and control strings in it stay text", () => {
  const harness = new CoreHarness();
  const constraint: Constraint = {
    kind: "tool_calls",
    protocol: "v7",
    tools: [weather],
    choice: "auto",
    parallel: true,
  };
  harness.submit(1, "Repeat: the sea is calm", { constraint });
  harness.drain();
  expect(harness.text(1)).toBe("the sea is calm");
  expect(harness.finish(1)!.parts).toEqual([{ kind: "content", text: "the sea is calm" }]);
});
