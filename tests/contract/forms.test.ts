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

  test("a prefix before a form is refused, not ignored", async () => {
    const messages = [...hello.messages, { role: "assistant", content: "{", prefix: true }];
    expect((await refusal({ messages, response_format: { type: "json_object" } })).type).toBe("not_available_yet");
  });
});
