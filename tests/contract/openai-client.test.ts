import OpenAI from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import { KEY, startTestServer } from "../support/test-server.ts";
import type { TestServer } from "../support/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const client = (apiKey = KEY) => new OpenAI({ apiKey, baseURL: `${server.origin}/v1`, maxRetries: 0 });
const model = "mistral-small-latest";
const messages = [{ role: "user" as const, content: "Say hello." }];

test("chats, whole and streamed, with the same words and usage where asked", async () => {
  const whole = await client().chat.completions.create({ model, messages, temperature: 0, max_completion_tokens: 16 });
  expect(whole._request_id).toMatch(/^[0-9a-f-]{36}$/);
  const options = { stream: true, stream_options: { include_usage: true } } as const;
  const stream = await client().chat.completions.create({
    model,
    messages,
    temperature: 0,
    max_tokens: 16,
    ...options,
  });
  let text = "";
  let usage: unknown;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? "";
    usage = chunk.usage ?? usage;
  }
  expect(text).toBe(whole.choices[0]!.message.content);
  expect(usage).toMatchObject({ total_tokens: whole.usage!.total_tokens });
});

test("its stream helper puts the answer together", async () => {
  const stream = client().chat.completions.stream({ model, messages, temperature: 0, max_tokens: 8, logprobs: true });
  const final = await stream.finalChatCompletion();
  expect(final.choices[0]).toMatchObject({ finish_reason: "length", message: { role: "assistant" } });
  expect(final.choices[0]!.logprobs!.content!.length).toBeGreaterThan(0);
  expect(await stream.finalContent()).toBe(final.choices[0]!.message.content);
});

test("D24 embeddings it asks for in base64 are the numbers, bit for bit", async () => {
  const input = ["a", "b", "c"];
  const decoded = await client().embeddings.create({ model: "mistral-embed", input });
  const plain = await client().embeddings.create({ model: "mistral-embed", input, encoding_format: "float" });
  expect(decoded.data.map(({ index }) => index)).toEqual([0, 1, 2]);
  for (const [index, { embedding }] of plain.data.entries()) {
    expect(embedding).toHaveLength(1024);
    expect(Math.abs(Math.hypot(...embedding) - 1)).toBeLessThan(1e-3);
    expect(Float32Array.from(decoded.data[index]!.embedding)).toEqual(Float32Array.from(embedding));
  }
  const short = await client().embeddings.create({
    model: "mistral-embed",
    input: "the tide turns under a bright moon",
    dimensions: 16,
  });
  expect(short.data[0]!.embedding).toHaveLength(16);
  expect(Math.hypot(...short.data[0]!.embedding)).toBeCloseTo(1, 5);
});

test("lists and retrieves models, and gets its own error classes", async () => {
  const ids: string[] = [];
  for await (const card of client().models.list()) ids.push(card.id);
  expect(ids).toContain("toy-chat");
  expect(await client().models.retrieve("toy-chat")).toMatchObject({ object: "model", owned_by: "tramontane" });
  await expect(client().models.retrieve("nope")).rejects.toBeInstanceOf(OpenAI.NotFoundError);
  await expect(client("wrong").models.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
  const unknown = client().chat.completions.create({ model: "nope", messages });
  await expect(unknown).rejects.toMatchObject({ status: 400, code: "1500", message: "400 Invalid model: nope" });
  const invalid = client().chat.completions.create({ model, messages, top_p: 3 });
  await expect(invalid).rejects.toBeInstanceOf(OpenAI.UnprocessableEntityError);
});
