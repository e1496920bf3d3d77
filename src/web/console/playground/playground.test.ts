import { expect, test } from "vitest";
import { NO_ANSWER, speedOf, withEvent } from "./answer.ts";
import { codeSamples } from "./code-samples.ts";
import { readEvents } from "./read-events.ts";
import { jsonFault } from "../../components/json-fault.ts";
import { EMPTY_DRAFT, requestOf } from "./request.ts";

const streamOf = (...pieces: string[]) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
      controller.close();
    },
  });

test("events are read whole, however the network cuts them, up to the end mark", async () => {
  const events: string[] = [];
  for await (const data of readEvents(
    streamOf(": hi\n\nda", 'ta: {"a":1}\n', "\ndata: 2\r\n\r\ndata: [DONE]\n\ndata: 3\n\n"),
  ))
    events.push(data);
  expect(events).toEqual(['{"a":1}', "2"]);
});

test("text, calls and usage of a stream become one answer", () => {
  const chunks = [
    { choices: [{ delta: { content: "Hel" } }] },
    { choices: [{ delta: { content: "lo" } }] },
    { choices: [{ delta: { tool_calls: [{ index: 0, id: "c1", function: { name: "f", arguments: '{"a"' } }] } }] },
    {
      choices: [{ delta: { tool_calls: [{ index: 0, function: { arguments: ":1}" } }] }, finish_reason: "tool_calls" }],
    },
    { choices: [], usage: { prompt_tokens: 3, completion_tokens: 9 } },
  ];
  const answer = chunks.reduce((so, chunk, index) => withEvent(so, JSON.stringify(chunk), 100 + index), NO_ANSWER);
  expect(answer).toMatchObject({
    text: "Hello",
    toolCalls: [{ id: "c1", name: "f", arguments: '{"a":1}' }],
    firstMs: 100,
    finish: "tool_calls",
    outputTokens: 9,
  });
  expect(speedOf({ ...answer, totalMs: 1100 })).toBe(8);
});

test("a draft becomes the request of the wire, without what was left empty", () => {
  const draft = {
    ...EMPTY_DRAFT,
    messages: [{ role: "user" as const, content: "Hi" }],
    seed: "7",
    schema: '{"type":"object"}',
  };
  expect(requestOf(draft, "m", [])).toEqual({
    model: "m",
    messages: [{ role: "user", content: "Hi" }],
    random_seed: 7,
    response_format: { type: "json_schema", json_schema: { name: "answer", schema: { type: "object" }, strict: true } },
  });
});

test("a fault in a JSON text is told with its line", () => {
  expect(jsonFault('{\n "a": oops\n}', "object")).toEqual({ line: 2 });
  expect(jsonFault("[]", "object")).toEqual({ wanted: "{ … }" });
  expect(jsonFault("  ", "array")).toBeUndefined();
});

test("the samples say the same in curl, TypeScript and Python, and quotes do not end them", () => {
  const body = requestOf(
    { ...EMPTY_DRAFT, messages: [{ role: "user", content: 'It\'s "here"' }], maxTokens: "5" },
    "m",
    [],
  );
  const { curl, typescript, python } = codeSamples(body, "http://h");
  expect(curl).toContain("It'\\''s");
  expect(typescript).toContain("maxTokens: 5");
  expect(python).toContain("max_tokens=5");
  expect(python).toContain('"It\'s \\"here\\""');
});
