import { createMistral } from "@ai-sdk/mistral";
import { createMistral as createMistralV3 } from "@ai-sdk/mistral-v3";
import { embed, generateText, streamText } from "ai";
import { generateText as generateTextV6, streamText as streamTextV6 } from "ai-v6";
import { afterAll, beforeAll, expect, test } from "vitest";
import { KEY, startTestServer } from "../support/test-server.ts";
import type { TestServer } from "../support/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const settings = () => ({ apiKey: KEY, baseURL: `${server.origin}/v1` });
const ask = { prompt: "Say hello.", temperature: 0, maxOutputTokens: 12, maxRetries: 0 };

test("ai 7 with @ai-sdk/mistral 4 generates and streams the same", async () => {
  const model = createMistral(settings())("mistral-small-latest");
  const whole = await generateText({ model, ...ask });
  expect(whole.text).not.toBe("");
  expect(whole.usage.totalTokens).toBeGreaterThan(0);
  const streamed = streamText({ model, ...ask });
  expect(await streamed.text).toBe(whole.text);
  expect(await streamed.finishReason).toBe(whole.finishReason);
});

test("ai 6 with @ai-sdk/mistral 3 generates and streams the same", async () => {
  const model = createMistralV3(settings())("mistral-small-latest");
  const whole = await generateTextV6({ model, ...ask });
  expect(whole.text).not.toBe("");
  const streamed = streamTextV6({ model, ...ask });
  expect(await streamed.text).toBe(whole.text);
  expect((await streamed.usage).totalTokens).toBe(whole.usage.totalTokens);
});

test("a trailing assistant message is continued", async () => {
  const model = createMistral(settings())("mistral-small-latest");
  const messages = [
    { role: "user" as const, content: "Say hello." },
    { role: "assistant" as const, content: "Hello" },
  ];
  const { text } = await generateText({ model, messages, temperature: 0, maxOutputTokens: 8, maxRetries: 0 });
  expect(text.length).toBeGreaterThan(0);
});

test("embeds", async () => {
  const { embedding } = await embed({ model: createMistral(settings()).embedding("mistral-embed"), value: "a" });
  expect(embedding).toHaveLength(1024);
});

test("an unknown model is told in words that the SDK recognises", async () => {
  const unknown = generateText({ model: createMistral(settings())("nope"), ...ask });
  await expect(unknown).rejects.toMatchObject({ statusCode: 400, message: expect.stringMatching(/invalid.*model/i) });
});
