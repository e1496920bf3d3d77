import { Mistral } from "@mistralai/mistralai";
import { HTTPValidationError } from "@mistralai/mistralai/models/errors/httpvalidationerror.js";
import { SDKError } from "@mistralai/mistralai/models/errors/sdkerror.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KEY, startTestServer } from "../support/test-server.ts";
import type { TestServer } from "../support/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const model = "mistral-small-latest";
const messages = [{ role: "user" as const, content: "Say hello." }];

describe("@mistralai/mistralai 2.7", () => {
  const client = (apiKey = KEY) => new Mistral({ apiKey, serverURL: server.origin });

  test("chats, whole and streamed, with the same words", async () => {
    const whole = await client().chat.complete({ model, messages, temperature: 0, maxTokens: 16 });
    expect(whole.choices[0]).toMatchObject({ index: 0, message: { role: "assistant" } });
    expect(whole.usage.totalTokens).toBe((whole.usage.promptTokens ?? 0) + (whole.usage.completionTokens ?? 0));
    let text = "";
    let reason: string | null = null;
    let usage: unknown;
    for await (const { data } of await client().chat.stream({ model, messages, temperature: 0, maxTokens: 16 })) {
      text += data.choices[0]!.delta.content as string;
      reason = data.choices[0]!.finishReason ?? reason;
      usage = data.usage ?? usage;
    }
    expect(text).toBe(whole.choices[0]!.message!.content);
    expect(reason).toBe(whole.choices[0]!.finishReason);
    expect(usage).toMatchObject({ totalTokens: whole.usage.totalTokens });
  });

  test("fills in the middle and embeds", async () => {
    const fim = await client().fim.complete({
      model: "codestral-latest",
      prompt: "def f(",
      suffix: "return 1",
      maxTokens: 8,
    });
    expect(typeof fim.choices[0]!.message!.content).toBe("string");
    const { data } = await client().embeddings.create({ model: "mistral-embed", inputs: ["a", "b"] });
    expect(data.map(({ embedding }) => embedding!.length)).toEqual([1024, 1024]);
  });

  test("lists models it knows the type of", async () => {
    const { data } = await client().models.list();
    expect(data!.length).toBeGreaterThan(2);
    expect(data!.every((card) => card.type === "base")).toBe(true);
    const card = await client().models.retrieve({ modelId: "mistral-large-2402" });
    expect(card).toMatchObject({ id: "mistral-large-2402", type: "base", maxContextLength: 32_768 });
  });

  test("throws the error class that fits", async () => {
    const wrongKey = client("wrong").chat.complete({ model, messages });
    await expect(wrongKey).rejects.toMatchObject({ constructor: SDKError, statusCode: 401 });
    const unknown = client().chat.complete({ model: "nope", messages });
    await expect(unknown).rejects.toThrow(/Invalid model: nope/);
    const invalid = client().chat.complete({ model, messages, temperature: 9 });
    await expect(invalid).rejects.toBeInstanceOf(HTTPValidationError);
    const order = client().chat.stream({ model, messages: [...messages, { role: "assistant", content: "a" }] });
    await expect(order).rejects.toMatchObject({ statusCode: 400 });
  });
});
