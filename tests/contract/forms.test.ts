import { Ajv } from "ajv";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer } from "../support/test-server.ts";
import type { TestServer } from "../support/test-server.ts";
import { Completion, readStream, UnionError } from "../support/wire-shapes.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const hello = { model: "mistral-small-latest", messages: [{ role: "user", content: "Say hello." }], max_tokens: 400 };
const post = (fields: object) => server.send("/v1/chat/completions", { ...hello, ...fields });
const chat = async (fields: object) => {
  const response = await post(fields);
  const body: unknown = await response.json();
  expect(response.status, JSON.stringify(body)).toBe(200);
  return Completion.parse(body);
};
const stream = async (fields: object) => readStream(await (await post({ ...fields, stream: true })).text());
const refusal = async (fields: object) => UnionError.parse(await (await post(fields)).json());
const seeds = Array.from({ length: 10 }, (_, index) => index + 1);
const schemaFormat = (schema: object, strict = true) => ({
  response_format: { type: "json_schema", json_schema: { name: "answer", schema, strict } },
});

const parameters = {
  type: "object",
  properties: { city: { type: "string", maxLength: 20 }, unit: { enum: ["c", "f"] } },
  required: ["city", "unit"],
  additionalProperties: false,
};
const weather = { type: "function", function: { name: "get_weather", description: "", parameters } };
const time = { type: "function", function: { name: "get_time", parameters: { type: "object", properties: {} } } };

describe("tool calls", () => {
  const isWeather = new Ajv().compile(parameters);

  test("D16 any: each answer is calls whose arguments fit the schema, whatever the dice", async () => {
    for (const random_seed of seeds) {
      const { choices } = await chat({ tools: [weather], tool_choice: "any", temperature: 1.5, random_seed });
      const [{ message, finish_reason }] = choices as [(typeof choices)[number]];
      expect(finish_reason).toBe("tool_calls");
      expect(message.content).toBe("");
      for (const call of message.tool_calls!) {
        expect(call.function.name).toBe("get_weather");
        expect(isWeather(JSON.parse(call.function.arguments)), call.function.arguments).toBe(true);
      }
    }
  });

  test("come whole, in the chunk that ends their choice", async () => {
    const { chunks, finishReasons, texts } = await stream({ tools: [weather], tool_choice: "any", random_seed: 3 });
    expect(finishReasons).toEqual(["tool_calls"]);
    expect(texts).toEqual([""]);
    const carrying = chunks.filter((chunk) => chunk.choices[0]!.delta.tool_calls);
    expect(carrying).toEqual([chunks.at(-1)]);
    const whole = await chat({ tools: [weather], tool_choice: "any", random_seed: 3 });
    const argumentsOf = (calls: readonly { function: object }[]) => calls.map((call) => call.function);
    expect(argumentsOf(carrying[0]!.choices[0]!.delta.tool_calls!)).toEqual(
      argumentsOf(whole.choices[0]!.message.tool_calls!),
    );
  });

  test("auto: the model says words, or words and calls, as it likes", async () => {
    const tools = [weather, time];
    const words = await chat({ tools, temperature: 0 });
    expect(words.choices[0]!.finish_reason).not.toBe("tool_calls");
    const content = 'Repeat: let us see[TOOL_CALLS]get_weather[ARGS]{"city": "Rome", "unit": "c"}';
    const both = await chat({ tools, temperature: 0, messages: [{ role: "user", content }] });
    expect(both.choices[0]).toMatchObject({
      finish_reason: "tool_calls",
      message: {
        content: "let us see",
        tool_calls: [{ index: 0, function: { name: "get_weather", arguments: '{"city": "Rome", "unit": "c"}' } }],
      },
    });
  });

  test("D17 none: no calls, and the tools cost no prompt tokens", async () => {
    const without = await chat({ temperature: 0 });
    const none = await chat({ temperature: 0, tools: [weather], tool_choice: "none" });
    expect(none.usage.prompt_tokens).toBe(without.usage.prompt_tokens);
    expect(none.choices[0]!.message.tool_calls).toBeNull();
    const offered = await chat({ temperature: 0, tools: [weather] });
    expect(offered.usage.prompt_tokens).toBeGreaterThan(without.usage.prompt_tokens);
  });

  test("D18 parallel_tool_calls false: exactly one", async () => {
    const call = "[TOOL_CALLS]get_time[ARGS]{}";
    const fields = {
      tools: [time],
      tool_choice: "any",
      temperature: 0,
      messages: [{ role: "user", content: `Repeat: ${call}${call}` }],
    };
    const many = await chat(fields);
    expect(many.choices[0]!.message.tool_calls!.map(({ index }) => index)).toEqual([0, 1]);
    expect(new Set(many.choices[0]!.message.tool_calls!.map(({ id }) => id)).size).toBe(2);
    expect((await chat({ ...fields, parallel_tool_calls: false })).choices[0]!.message.tool_calls).toHaveLength(1);
  });

  test("a named tool is the one that is called; required is any; n choices each call", async () => {
    const named = { tool_choice: { type: "function", function: { name: "get_time" } } };
    const { choices } = await chat({ tools: [weather, time], ...named, n: 2, temperature: 1 });
    for (const { message } of choices) expect(message.tool_calls![0]!.function.name).toBe("get_time");
    const required = await chat({ tools: [time], tool_choice: "required" });
    expect(required.choices[0]!.finish_reason).toBe("tool_calls");
  });

  test("stop texts do not cut a call", async () => {
    const { choices } = await chat({ tools: [weather], tool_choice: "any", stop: ["{", "city"] });
    expect(choices[0]!.finish_reason).toBe("tool_calls");
  });

  test("an answer beside calls can be held to a schema", async () => {
    const format = schemaFormat({ type: "object", properties: { ok: { const: true } }, required: ["ok"] });
    const { choices } = await chat({ tools: [time], temperature: 1, random_seed: 2, ...format });
    const [{ message }] = choices as [(typeof choices)[number]];
    if (message.tool_calls) expect(message.tool_calls[0]!.function.name).toBe("get_time");
    else expect(JSON.parse(message.content)).toMatchObject({ ok: true });
  });

  test("D22 what is no schema is refused", async () => {
    const tools = [{ type: "function", function: { name: "f", parameters: { type: "objekt" } } }];
    expect(await refusal({ tools })).toMatchObject({
      raw_status_code: 400,
      type: "invalid_request_tool_schema",
      message: expect.stringMatching(/^Invalid tool schema: /),
      param: expect.stringMatching(/^tools\[0\]\.function\.parameters/),
    });
  });

  test("a schema that cannot be enforced: strict is refused, otherwise any object and a header that says so", async () => {
    const pattern = { type: "object", properties: { a: { type: "string", pattern: "(a)\\1" } } };
    const tools = (strict: boolean) => [{ type: "function", function: { name: "f", strict, parameters: pattern } }];
    expect((await refusal({ tools: tools(true) })).type).toBe("invalid_request_tool_schema");
    const response = await post({ tools: tools(false), tool_choice: "any", max_tokens: 60 });
    expect(response.headers.get("x-tramontane-ignored")).toBe("tools[0].function.parameters");
    const call = Completion.parse(await response.json()).choices[0]!.message.tool_calls![0]!;
    expect(JSON.parse(call.function.arguments)).toBeTypeOf("object");
  });
});

describe("JSON", () => {
  test("D20 json_object is an object, with no long runs of whitespace", async () => {
    for (const random_seed of seeds) {
      const { choices } = await chat({ response_format: { type: "json_object" }, temperature: 1.5, random_seed });
      const text = choices[0]!.message.content;
      expect(JSON.parse(text)).toBeTypeOf("object");
      expect(Array.isArray(JSON.parse(text))).toBe(false);
      expect(text.replace(/"(?:[^"\\]|\\.)*"/g, '""')).not.toMatch(/\s{9}/);
    }
  });

  test("D21 json_schema fits, with its keys in the schema's order", async () => {
    const schema = {
      type: "object",
      properties: {
        lang: { enum: ["en", "fr", "es", "de", "it"] },
        score: { type: "integer", minimum: 0, maximum: 10 },
      },
      required: ["lang", "score"],
      additionalProperties: false,
    };
    const isValid = new Ajv().compile(schema);
    for (const random_seed of seeds) {
      const { choices } = await chat({ ...schemaFormat(schema), temperature: 1.5, random_seed });
      const value = JSON.parse(choices[0]!.message.content) as object;
      expect(isValid(value)).toBe(true);
      expect(Object.keys(value)).toEqual(["lang", "score"]);
    }
  });

  test("streams the same text as it answers whole, and tells the model the schema", async () => {
    const format = schemaFormat({ type: "object", properties: { a: { enum: ["x", "y"] } }, required: ["a"] }, false);
    const whole = await chat({ ...format, temperature: 0 });
    expect((await stream({ ...format, temperature: 0 })).texts).toEqual([whole.choices[0]!.message.content]);
    expect(whole.usage.prompt_tokens).toBeGreaterThan((await chat({ temperature: 0 })).usage.prompt_tokens);
  });

  test("D13 is cut by max_tokens when even the shortest text is longer", async () => {
    const { choices, usage } = await chat({ ...schemaFormat({ const: "x".repeat(60) }), max_tokens: 3 });
    expect(choices[0]!.finish_reason).toBe("length");
    expect(usage.completion_tokens).toBe(3);
  });

  test("D30 keeps code points whole", async () => {
    const text = "👩🏽‍🚀 naïve 日本語 ß";
    const { texts, chunks } = await stream(schemaFormat({ const: text }));
    expect(JSON.parse(texts[0]!)).toBe(text);
    expect(JSON.stringify(chunks)).not.toContain("\uFFFD");
  });

  test.each([
    [{ type: "string", pattern: "(a)\\1" }, /pattern/],
    [{ $ref: "https://elsewhere.example/schema" }, /ref/],
    [{ type: "nothing" }, /type/],
    [{ allOf: [{ type: "string" }, { type: "null" }] }, /./],
  ])("refuses %j: a schema is never kept in part", async (schema, message) => {
    const body = await refusal(schemaFormat(schema));
    expect(body).toMatchObject({ raw_status_code: 400, code: "3051", message: expect.stringMatching(message) });
    expect(body.param).toMatch(/^response_format\.json_schema\.schema/);
  });

  test("a prefix begins the form: the answer holds it, fits, and is the same when streamed", async () => {
    const format = schemaFormat({
      type: "object",
      properties: { a: { enum: ["x", "y"] } },
      required: ["a"],
      additionalProperties: false,
    });
    const prefixed = (content: string) => [...hello.messages, { role: "assistant", content, prefix: true }];
    for (const content of ["{", '{"a"', '{"a": "', '{"a": "y']) {
      const fields = { messages: prefixed(content), temperature: 1.5, random_seed: 7, ...format };
      const text = (await chat(fields)).choices[0]!.message.content;
      expect(text.startsWith(content)).toBe(true);
      expect(JSON.parse(text)).toEqual({ a: expect.stringMatching(/^[xy]$/) });
      expect((await stream(fields)).texts).toEqual([text]);
    }
    const withTools = await chat({ messages: prefixed("Well,"), tools: [time], temperature: 0, max_tokens: 5 });
    expect(withTools.choices[0]!.message.content).toMatch(/^Well,/);
  });

  test.each([
    [{ response_format: { type: "json_object" } }, "Here: {", 0],
    [schemaFormat({ type: "object", properties: { a: { enum: ["x", "y"] } }, required: ["a"] }), '{"a": "z', 7],
    [{ tools: [time], tool_choice: "any" }, "Well,", 0],
  ] as const)("a prefix that %j refuses is refused: %s", async (form, content, read) => {
    const messages = [...hello.messages, { role: "assistant", content, prefix: true }];
    const body = await refusal({ messages, ...form });
    expect(body).toMatchObject({ raw_status_code: 400, param: "messages" });
    expect(body.message).toContain(`after ${read} characters`);
  });
});

describe("our own forms", () => {
  const date = { response_format: { type: "regex", regex: "(19|20)\\d\\d-(0[1-9]|1[0-2])" } };
  const definition = `root ::= "(" root* ")"`;
  const brackets = { response_format: { type: "grammar", grammar: { syntax: "ebnf", definition } } };

  test("regex: the answer is a text of the pattern", async () => {
    for (const random_seed of seeds) {
      const fields = { ...date, temperature: 1.5, random_seed };
      const { choices } = await chat(fields);
      expect(choices[0]!.message.content).toMatch(/^(19|20)\d\d-(0[1-9]|1[0-2])$/);
      expect(choices[0]!.finish_reason).toBe("stop");
      expect((await stream(fields)).texts).toEqual([choices[0]!.message.content]);
    }
  });

  test("grammar: the answer is a text of the grammar, whole even when its tokens run out", async () => {
    const depthOf = (text: string) =>
      Array.from(text).reduce((depth, char) => (depth < 0 ? depth : depth + (char === "(" ? 1 : -1)), 0);
    for (const random_seed of seeds) {
      const { choices } = await chat({ ...brackets, temperature: 1.5, random_seed, max_tokens: 20 });
      const { content } = choices[0]!.message;
      expect(content).toMatch(/^\([()]*\)$/);
      expect(depthOf(content)).toBe(0);
      expect(choices[0]!.finish_reason).toBe("stop");
    }
  });

  test("beside tools, an answer is a call or a text of the form", async () => {
    for (const random_seed of seeds) {
      const { choices } = await chat({ ...date, tools: [time], temperature: 1.5, random_seed });
      const [{ message }] = choices as [(typeof choices)[number]];
      if (message.tool_calls) expect(message.tool_calls[0]!.function.name).toBe("get_time");
      else expect(message.content).toMatch(/^(19|20)\d\d-(0[1-9]|1[0-2])$/);
    }
  });

  test.each([
    [{ type: "regex", regex: "(a" }, "response_format.regex", /./],
    [{ type: "regex", regex: "(a)\\1" }, "response_format.regex", /back/],
    [
      { type: "grammar", grammar: { definition: 'root ::= root "x" |\n "y"' } },
      "response_format.grammar.definition",
      /line 1, column 10: left recursion/,
    ],
    [
      { type: "grammar", grammar: { definition: "root ::=\n  wrong" } },
      "response_format.grammar.definition",
      /line 2, column 3: there is no rule wrong/,
    ],
    [
      { type: "grammar", grammar: { definition: 'root ::= "a" root' } },
      "response_format.grammar.definition",
      /no text at all/,
    ],
  ])("%j is refused with its place", async (response_format, param, message) => {
    const body = await refusal({ response_format });
    expect(body).toMatchObject({ raw_status_code: 400, code: "3051", param, message: expect.stringMatching(message) });
  });
});

describe("an answer of a form when its tokens run out", () => {
  const schema = {
    type: "object",
    properties: {
      title: { type: "string", maxLength: 200 },
      tags: { type: "array", items: { enum: ["sea", "land"] }, minItems: 1 },
      place: { type: "object", properties: { name: { type: "string" } }, required: ["name"] },
    },
    required: ["title", "tags", "place"],
    additionalProperties: false,
  };
  const isValid = new Ajv().compile(schema);
  const close = { "x-tramontane-close": "true" };
  const cut = { "x-tramontane-close": "false" };
  const ask = (fields: object, headers: Record<string, string> = {}) =>
    server.send("/v1/chat/completions", { ...hello, ...schemaFormat(schema), temperature: 1.5, ...fields }, headers);
  const leastOf = async (fields: object = {}): Promise<number> => {
    const body = UnionError.parse(await (await ask({ max_tokens: 1, ...fields }, close)).json());
    expect(body).toMatchObject({ raw_status_code: 400, param: "max_tokens" });
    return Number(/takes (\d+) tokens/.exec(body.message)![1]);
  };

  test("x-tramontane-close: below the least the refusal says it; from there on every answer is whole and stops", async () => {
    const least = await leastOf();
    for (let max_tokens = least - 3; max_tokens <= least + 30; max_tokens++) {
      const response = await ask({ max_tokens, random_seed: max_tokens }, close);
      expect(response.status).toBe(max_tokens < least ? 400 : 200);
      if (max_tokens < least) continue;
      const { choices, usage } = Completion.parse(await response.json());
      expect(isValid(JSON.parse(choices[0]!.message.content)), choices[0]!.message.content).toBe(true);
      expect(choices[0]!.finish_reason).toBe("stop");
      expect(usage.completion_tokens).toBeLessThanOrEqual(max_tokens);
    }
  });

  test("by default it is whole where it can be, and cut where it cannot", async () => {
    const least = await leastOf();
    for (let max_tokens = least - 2; max_tokens <= least + 2; max_tokens++) {
      const { choices } = Completion.parse(await (await ask({ max_tokens })).json());
      expect(choices[0]!.finish_reason).toBe(max_tokens < least ? "length" : "stop");
      if (max_tokens >= least) expect(isValid(JSON.parse(choices[0]!.message.content))).toBe(true);
    }
  });

  test("x-tramontane-close: false cuts it as hosted APIs do; anything else is refused", async () => {
    const least = await leastOf();
    const { choices } = Completion.parse(await (await ask({ max_tokens: least + 1, random_seed: 4 }, cut)).json());
    expect(choices[0]!.finish_reason).toBe("length");
    expect((await ask({}, { "x-tramontane-close": "maybe" })).status).toBe(400);
  });

  test("what a prefix says already need not be generated", async () => {
    const messages = [
      ...hello.messages,
      { role: "assistant", content: '{"title": "The sea", "tags": [', prefix: true },
    ];
    const least = await leastOf({ messages });
    expect(least).toBeLessThan(await leastOf());
    for (let max_tokens = least; max_tokens <= least + 8; max_tokens++) {
      const { choices } = Completion.parse(await (await ask({ messages, max_tokens }, close)).json());
      expect(isValid(JSON.parse(choices[0]!.message.content)), choices[0]!.message.content).toBe(true);
    }
  });

  test("calls, numbers and texts of a grammar are whole too", async () => {
    const forms = [
      { tools: [weather], tool_choice: "any", parallel_tool_calls: true, response_format: { type: "text" } },
      schemaFormat({ type: "integer", minimum: 10 }),
      { response_format: { type: "grammar", grammar: { definition: 'root ::= "[" (root ("," root)*)? "]"' } } },
    ];
    for (const form of forms) {
      const least = await leastOf(form);
      for (let max_tokens = least; max_tokens <= least + 12; max_tokens++) {
        const { choices } = Completion.parse(await (await ask({ ...form, max_tokens }, close)).json());
        const [{ message, finish_reason }] = choices as [(typeof choices)[number]];
        expect(finish_reason).toBe(message.tool_calls ? "tool_calls" : "stop");
        for (const call of message.tool_calls ?? []) JSON.parse(call.function.arguments);
        if (!message.tool_calls) JSON.parse(message.content);
      }
    }
  });
});
