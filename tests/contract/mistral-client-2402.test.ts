import { afterAll, beforeAll, expect, test } from "vitest";
import { KEY, startTestServer } from "../support/test-server.ts";
import type { TestServer } from "../support/test-server.ts";

interface Answer {
  readonly choices: readonly { readonly message: { readonly content: string } }[];
}
interface Client {
  chat(request: object): Promise<Answer>;
  chatStream(request: object): AsyncIterable<{ choices: readonly { delta: { content?: string } }[] }>;
  embeddings(request: object): Promise<{ data: readonly { embedding: readonly number[] }[] }>;
  listModels(): Promise<{ data: readonly { id: string }[] }>;
}

let server: TestServer;
let client: Client;
beforeAll(async () => {
  server = await startTestServer();
  // Its types declare the module name of today's client, so they must stay out of the compiler's sight.
  const imported: unknown = await import("@mistralai/mistralai-2402" as string);
  const { default: MistralClient } = imported as { default: new (key: string, endpoint: string) => Client };
  client = new MistralClient(KEY, server.origin);
});
afterAll(() => server.close());

const ask = {
  model: "mistral-tiny",
  messages: [{ role: "user", content: "Say hello." }],
  temperature: 0,
  maxTokens: 12,
  safePrompt: true,
};

test("the client of February 2024 chats and streams the same", async () => {
  const whole = await client.chat(ask);
  expect(whole.choices[0]!.message.content).not.toBe("");
  let text = "";
  for await (const chunk of client.chatStream(ask)) text += chunk.choices[0]!.delta.content ?? "";
  expect(text).toBe(whole.choices[0]!.message.content);
});

test("the client of February 2024 embeds and finds its models", async () => {
  const { data } = await client.embeddings({ model: "mistral-embed", input: ["a"] });
  expect(data[0]!.embedding).toHaveLength(1024);
  const ids = (await client.listModels()).data.map((card) => card.id);
  expect(ids).toEqual(expect.arrayContaining(["mistral-tiny", "mistral-small-latest", "mistral-large-2402"]));
});

test("the client of February 2024 repeats the server's words when a model is unknown", async () => {
  await expect(client.chat({ ...ask, model: "nope" })).rejects.toThrow(/Invalid model: nope/);
});
