import { ChatMistralAI, MistralAIEmbeddings } from "@langchain/mistralai";
import { afterAll, beforeAll, expect, test } from "vitest";
import { KEY, startTestServer } from "../support/test-server.ts";
import type { TestServer } from "../support/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const settings = () => ({ apiKey: KEY, serverURL: server.origin, maxRetries: 0 });
const chat = (model = "mistral-small-latest") =>
  new ChatMistralAI({ ...settings(), model, temperature: 0, maxTokens: 12 });

// Its types give the field only to some messages.
const totalOf = (message: object): number =>
  (message as { usage_metadata?: { total_tokens: number } }).usage_metadata?.total_tokens ?? 0;

test("invokes and streams the same, and counts usage once", async () => {
  const whole = await chat().invoke("Say hello.");
  expect(whole.content).not.toBe("");
  let text = "";
  let total = 0;
  for await (const chunk of await chat().stream("Say hello.")) {
    text += chunk.content as string;
    total += totalOf(chunk);
  }
  expect(text).toBe(whole.content);
  expect(total).toBe(totalOf(whole));
});

test("embeds", async () => {
  const vectors = await new MistralAIEmbeddings({ ...settings(), model: "mistral-embed" }).embedDocuments(["a", "b"]);
  expect(vectors.map(({ length }) => length)).toEqual([1024, 1024]);
});

test("an error keeps its status and words", async () => {
  await expect(chat("nope").invoke("u")).rejects.toThrow(/Invalid model: nope/);
});
