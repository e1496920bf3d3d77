import { PassThrough, Readable } from "node:stream";
import createClient, { isUnexpected } from "@azure-rest/ai-inference";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KEY, startTestServer } from "../support/test-server.ts";
import type { TestServer } from "../support/test-server.ts";
import { readStream, UnionError } from "../support/wire-shapes.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const messages = [{ role: "user" as const, content: "Say hello." }];

describe("@azure-rest/ai-inference", () => {
  const client = (path = "", key = KEY) =>
    createClient(
      server.origin + path,
      { key },
      {
        allowInsecureConnection: true,
        retryOptions: { maxRetries: 0 },
      },
    );

  test.each(["", "/models"])("chats, streams and embeds below '%s' without naming a model", async (path) => {
    const body = { messages, max_tokens: 8, temperature: 0 };
    const whole = await client(path).path("/chat/completions").post({ body });
    if (isUnexpected(whole)) throw new Error(whole.body.error.message);
    expect(whole.body.choices[0]!.message.content).not.toBe("");
    const streamed = await client(path)
      .path("/chat/completions")
      .post({ body: { ...body, stream: true } })
      .asNodeStream();
    const text = await new Response(
      Readable.toWeb(streamed.body!.pipe(new PassThrough()) as Readable) as ReadableStream,
    ).text();
    expect(readStream(text).texts).toEqual([whole.body.choices[0]!.message.content]);
    const embeddings = await client(path)
      .path("/embeddings")
      .post({ body: { model: "mistral-embed", input: ["a"] } });
    if (isUnexpected(embeddings)) throw new Error(embeddings.body.error.message);
    expect(embeddings.body.data[0]!.embedding).toHaveLength(1024);
  });

  test("learns what the endpoint is, and reads errors", async () => {
    const info = await client().path("/info").get();
    expect(info.body).toMatchObject({ model_name: "toy-chat", model_type: "chat_completion" });
    const refused = await client("", "wrong").path("/chat/completions").post({ body: { messages } });
    expect(refused.status).toBe("401");
    expect(isUnexpected(refused) && refused.body.error.message).toBe("Unauthorized");
  });
});

describe("D28 extra-parameters", () => {
  const ask = (headers: Record<string, string>) =>
    fetch(`${server.origin}/models/chat/completions?api-version=2024-05-01-preview`, {
      method: "POST",
      body: JSON.stringify({ messages, max_tokens: 4, foo: 1 }),
      headers: { "content-type": "application/json", "api-key": KEY, ...headers },
    });

  test("an unknown field is an error by default, with Azure's header", async () => {
    const response = await ask({ "x-ms-client-request-id": "my-id" });
    expect(response.status).toBe(400);
    const { error } = UnionError.parse(await response.json());
    expect(response.headers.get("x-ms-error-code")).toBe(error.code);
    expect(response.headers.get("x-ms-client-request-id")).toBe("my-id");
  });

  test("drop ignores it, pass-through judges it as everywhere else, anything else is refused", async () => {
    expect((await ask({ "extra-parameters": "drop" })).status).toBe(200);
    expect((await ask({ "extra-parameters": "pass-through" })).status).toBe(422);
    expect((await ask({ "extra-parameters": "maybe" })).status).toBe(400);
  });
});
