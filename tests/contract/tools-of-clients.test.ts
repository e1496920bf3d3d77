import { createMistral } from "@ai-sdk/mistral";
import { createMistral as createMistralV3 } from "@ai-sdk/mistral-v3";
import { ChatMistralAI } from "@langchain/mistralai";
import { Mistral } from "@mistralai/mistralai";
import { generateObject, generateText, jsonSchema, tool } from "ai";
import type { ToolSet } from "ai";
import { generateText as generateTextV6, jsonSchema as jsonSchemaV6, tool as toolV6 } from "ai-v6";
import type { ToolSet as ToolSetV6 } from "ai-v6";
import OpenAI from "openai";
import { LengthFinishReasonError } from "openai/error";
import { zodResponseFormat } from "openai/helpers/zod";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { KEY, startTestServer } from "../support/test-server.ts";
import type { TestServer } from "../support/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const model = "mistral-small-latest";
const question = { role: "user" as const, content: "What is the weather in Rome?" };
const parameters = {
  type: "object" as const,
  properties: { city: { type: "string" as const, maxLength: 12 } },
  required: ["city"],
  additionalProperties: false as const,
};
const weather = { type: "function" as const, function: { name: "get_weather", description: "", parameters } };
interface City {
  readonly city: string;
}
const city = { city: expect.any(String) };
const settings = () => ({ apiKey: KEY, baseURL: `${server.origin}/v1` });

describe("@mistralai/mistralai", () => {
  const client = () => new Mistral({ apiKey: KEY, serverURL: server.origin });

  test("calls a tool, is answered, and goes on", async () => {
    const first = await client().chat.complete({
      parallelToolCalls: false,
      model,
      messages: [question],
      tools: [weather],
      toolChoice: "any",
    });
    const { message, finishReason } = first.choices[0]!;
    expect(finishReason).toBe("tool_calls");
    const [call] = message!.toolCalls!;
    expect(JSON.parse(call!.function.arguments as string)).toEqual(city);
    const result = { role: "tool" as const, toolCallId: call!.id!, name: "get_weather", content: "sunny" };
    const answered = {
      role: "assistant" as const,
      content: message!.content as string,
      toolCalls: message!.toolCalls!,
    };
    const messages = [question, answered, result];
    const second = await client().chat.complete({ model, messages, tools: [weather], temperature: 0, maxTokens: 8 });
    expect(second.choices[0]!.finishReason).not.toBe("tool_calls");
  });

  test("streams whole calls", async () => {
    const stream = await client().chat.stream({ model, messages: [question], tools: [weather], toolChoice: "any" });
    const calls = [];
    for await (const { data } of stream) calls.push(...(data.choices[0]!.delta.toolCalls ?? []));
    expect(JSON.parse(calls[0]!.function.arguments as string)).toEqual(city);
  });

  test("parses structured answers", async () => {
    const Answer = z.object({ city: z.enum(["Rome", "Bonn"]), sure: z.boolean() });
    const parsed = await client().chat.parse({ model, messages: [question], responseFormat: Answer as never });
    expect(Answer.safeParse(parsed.choices![0]!.message!.parsed).success).toBe(true);
  });
});

describe("openai", () => {
  const client = () => new OpenAI({ ...settings(), maxRetries: 0 });

  test("runs its tool loop on streamed calls", async () => {
    const stream = client().chat.completions.stream({
      model,
      messages: [question],
      tools: [weather],
      tool_choice: "required",
    });
    const final = await stream.finalChatCompletion();
    const [call] = final.choices[0]!.message.tool_calls!;
    expect(call!.id).toMatch(/^[a-zA-Z0-9]{9}$/);
    expect(call!.type === "function" && JSON.parse(call!.function.arguments)).toEqual(city);
  });

  test("parses structured answers, and says when one was cut", async () => {
    const Answer = z.object({ city: z.enum(["Rome", "Bonn"]), score: z.int().min(0).max(9) });
    const ask = { model, messages: [question], response_format: zodResponseFormat(Answer, "answer") };
    const parsed = await client().chat.completions.parse(ask);
    expect(Answer.safeParse(parsed.choices[0]!.message.parsed).success).toBe(true);
    await expect(client().chat.completions.parse({ ...ask, max_tokens: 2 })).rejects.toBeInstanceOf(
      LengthFinishReasonError,
    );
  });

  test("calls functions through Responses, whole and streamed", async () => {
    const flat = { type: "function" as const, name: "get_weather", parameters, strict: true };
    const ask = { model, input: "Weather?", tools: [flat], tool_choice: "required" as const };
    const whole = await client().responses.create(ask);
    const call = whole.output.find((item) => item.type === "function_call");
    expect(JSON.parse(call!.arguments)).toEqual(city);
    const final = await client().responses.stream(ask).finalResponse();
    const streamed = final.output.find((item) => item.type === "function_call");
    expect(JSON.parse(streamed!.arguments)).toEqual(city);
    const format = { type: "json_schema" as const, name: "answer", schema: parameters, strict: true };
    const json = await client().responses.create({ model, input: "Weather?", text: { format } });
    expect(JSON.parse(json.output_text)).toEqual(city);
  });
});

describe("AI SDK", () => {
  const ask = { prompt: "Weather?", toolChoice: "required" as const, maxRetries: 0 };

  test("7 calls tools and generates objects", async () => {
    const mistral = createMistral(settings())(model);
    const tools = { get_weather: tool({ inputSchema: jsonSchema<City>(parameters) }) } as unknown as ToolSet;
    const { toolCalls, finishReason } = await generateText({ model: mistral, tools, ...ask });
    expect(finishReason).toBe("tool-calls");
    expect(toolCalls[0]!.input).toEqual(city);
    const { object } = await generateObject({ model: mistral, schema: jsonSchema(parameters), prompt: "Weather?" });
    expect(object).toEqual(city);
  });

  test("6 calls tools", async () => {
    const tools = { get_weather: toolV6({ inputSchema: jsonSchemaV6<City>(parameters) }) } as unknown as ToolSetV6;
    const { toolCalls } = await generateTextV6({ model: createMistralV3(settings())(model), tools, ...ask });
    expect(toolCalls[0]!.input).toEqual(city);
  });
});

test("LangChain binds tools, whole and streamed, and gives structured output", async () => {
  const chat = new ChatMistralAI({ apiKey: KEY, serverURL: server.origin, maxRetries: 0, model });
  const bound = chat.bindTools([weather], { tool_choice: "any" });
  expect((await bound.invoke("Weather?")).tool_calls![0]!.args).toEqual(city);
  let args = "";
  for await (const chunk of await bound.stream("Weather?")) args += chunk.tool_call_chunks?.[0]?.args ?? "";
  expect(JSON.parse(args)).toEqual(city);
  const structured = chat.withStructuredOutput(z.object({ city: z.enum(["Rome", "Bonn"]) }));
  expect((await structured.invoke("Weather?")).city).toMatch(/^(Rome|Bonn)$/);
});
