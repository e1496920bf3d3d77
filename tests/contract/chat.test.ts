import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer } from "../support/test-server.ts";
import type { TestServer } from "../support/test-server.ts";
import { Completion, readStream, UnionError } from "../support/wire-shapes.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const hello = { model: "mistral-small-latest", messages: [{ role: "user", content: "Say hello." }], max_tokens: 64 };
const chat = async (fields: Record<string, unknown> = {}) => {
  const response = await server.send("/v1/chat/completions", { ...hello, ...fields });
  expect(response.status).toBe(200);
  return Completion.parse(await response.json());
};
const stream = async (fields: Record<string, unknown> = {}) => {
  const response = await server.send("/v1/chat/completions", { ...hello, ...fields, stream: true });
  expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  const isOpenAi = fields["stream_options"] !== undefined;
  return readStream(await response.text(), isOpenAi ? "openai" : "canonical");
};
const fail = async (fields: Record<string, unknown>) => {
  const response = await server.send("/v1/chat/completions", { ...hello, ...fields });
  const body = UnionError.parse(await response.json());
  expect(response.status).toBe(body.raw_status_code);
  return body;
};
const textOf = (completion: Completion) => completion.choices[0]!.message.content;
type Completion = Awaited<ReturnType<typeof chat>>;

describe("an answer", () => {
  test("D01 has the canonical shape, counts its tokens and says who it is", async () => {
    const response = await server.send("/v1/chat/completions", { ...hello, max_tokens: 8 });
    const completion = Completion.parse(await response.json());
    expect(completion.model).toBe("mistral-small-latest");
    expect(Math.abs(completion.created - Date.now() / 1000)).toBeLessThan(5);
    expect(completion.choices).toHaveLength(1);
    expect(["stop", "length"]).toContain(completion.choices[0]!.finish_reason);
    const { usage } = completion;
    expect(usage.total_tokens).toBe(usage.prompt_tokens + usage.completion_tokens);
    expect(usage.completion_tokens).toBeLessThanOrEqual(8);
    const id = response.headers.get("mistral-correlation-id")!;
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    for (const name of ["x-kong-request-id", "x-request-id", "apim-request-id", "x-ms-request-id"]) {
      expect(response.headers.get(name)).toBe(id);
    }
    for (const name of ["limit-req-minute", "remaining-req-minute", "limit-tokens-minute", "tokens-query-cost"]) {
      expect(response.headers.get(`x-ratelimit-${name}`)).toMatch(/^\d+$/);
    }
  });

  test("D02 streamed is the same text, and usage stands on the last chunk alone", async () => {
    const whole = await chat({ temperature: 0 });
    const streamed = await stream({ temperature: 0 });
    expect(streamed.texts).toEqual([textOf(whole)]);
    expect(streamed.usage.completion_tokens).toBe(whole.usage.completion_tokens);
    expect(streamed.finishReasons).toEqual([whole.choices[0]!.finish_reason]);
  });

  test("D03 streamed with include_usage ends as OpenAI's does", async () => {
    const { texts, usage } = await stream({ temperature: 0, stream_options: { include_usage: true } });
    expect(texts).toEqual([textOf(await chat({ temperature: 0 }))]);
    expect(usage.total_tokens).toBeGreaterThan(0);
  });

  test("D07 is the same with every optional field null", async () => {
    const names = ["max_tokens", "stop", "tools", "tool_choice", "response_format", "n", "presence_penalty"];
    const more = ["frequency_penalty", "metadata", "prompt_mode", "parallel_tool_calls", "safe_prompt", "prediction"];
    const nulls = Object.fromEntries([...names, ...more].map((name) => [name, null]));
    const fixed = { temperature: null, random_seed: 3 };
    const [plain, nulled] = [await chat({ ...fixed, max_tokens: undefined }), await chat({ ...fixed, ...nulls })];
    expect(textOf(nulled)).toBe(textOf(plain));
    expect(nulled.usage.prompt_tokens).toBe(plain.usage.prompt_tokens);
  });

  test("D09 OpenAI's names work: developer, max_completion_tokens, seed, store, user", async () => {
    const messages = [{ role: "developer", content: "Be brief." }];
    const { usage } = await chat({
      messages,
      max_tokens: undefined,
      max_completion_tokens: 5,
      seed: 1,
      store: false,
      user: "u",
    });
    expect(usage.completion_tokens).toBeLessThanOrEqual(5);
  });

  test("D10 comes for consecutive roles and a late system message", async () => {
    await chat({ messages: ["user", "user", "system", "user"].map((role) => ({ role, content: "x" })) });
  });

  test("D11 continues a prefix and gives it back, streamed too", async () => {
    const prefix = "The capital of France is";
    const messages = [...hello.messages, { role: "assistant", content: prefix, prefix: true }];
    const whole = textOf(await chat({ messages, temperature: 0 }));
    expect(whole.startsWith(prefix)).toBe(true);
    expect(whole.length).toBeGreaterThan(prefix.length);
    expect((await stream({ messages, temperature: 0 })).texts).toEqual([whole]);
  });

  test("D12 stops before a stop text, wherever token boundaries fall", async () => {
    const whole = textOf(await chat({ temperature: 0 }));
    const stop = whole.slice(whole.length / 2, whole.length / 2 + 4);
    const stopped = await chat({ temperature: 0, stop });
    expect(textOf(stopped)).toBe(whole.slice(0, whole.indexOf(stop)));
    expect(stopped.choices[0]!.finish_reason).toBe("stop");
    expect((await stream({ temperature: 0, stop: [stop] })).texts).toEqual([textOf(stopped)]);
  });

  test("D13 ends after max_tokens with reason length; zero costs only the prompt", async () => {
    const three = await chat({ max_tokens: 3, min_tokens: 3 });
    expect(three.usage.completion_tokens).toBe(3);
    expect(three.choices[0]!.finish_reason).toBe("length");
    const none = await chat({ max_tokens: 0 });
    expect(none.choices[0]).toMatchObject({ message: { content: "" }, finish_reason: "length" });
    expect(none.usage).toMatchObject({ prompt_tokens: three.usage.prompt_tokens, completion_tokens: 0 });
  });

  test("D14 is the same for the same seed, and differs between seeds", async () => {
    const drawn = (random_seed: number) => chat({ temperature: 1, random_seed }).then(textOf);
    expect(await drawn(7)).toBe(await drawn(7));
    expect(new Set(await Promise.all([1, 2, 3, 4, 5].map(drawn))).size).toBeGreaterThan(1);
  });

  test("D15 comes n times, with the prompt counted once", async () => {
    const one = await chat({ temperature: 1, random_seed: 1 });
    const three = await chat({ temperature: 1, random_seed: 1, n: 3 });
    expect(three.choices.map((choice) => choice.index)).toEqual([0, 1, 2]);
    expect(three.usage.prompt_tokens).toBe(one.usage.prompt_tokens);
    const streamed = await stream({ temperature: 1, random_seed: 1, n: 3 });
    expect(streamed.texts).toEqual(three.choices.map((choice) => choice.message.content));
    expect(streamed.usage.completion_tokens).toBe(three.usage.completion_tokens);
  });

  test("D19 follows a foreign tool call id and a user after the tool", async () => {
    const id = "call_0aBcD_long-id";
    const call = { id, type: "function", function: { name: "f", arguments: "{}" } };
    await chat({
      messages: [
        { role: "user", content: "u" },
        { role: "assistant", content: null, tool_calls: [call] },
        { role: "tool", tool_call_id: id, content: "r" },
        { role: "user", content: "v" },
      ],
    });
  });

  test("D30 never splits a code point", async () => {
    const text = "👩🏽‍🚀 naïve 日本語 ß";
    const { texts, chunks } = await stream({
      messages: [{ role: "user", content: `Repeat: ${text}` }],
      temperature: 0,
    });
    expect(texts).toEqual([text]);
    expect(JSON.stringify(chunks)).not.toContain("\uFFFD");
  });

  test("has log probabilities when asked, one per token, the drawn one among the top at temperature 0", async () => {
    const whole = await chat({ temperature: 0, max_tokens: 4, logprobs: true, top_logprobs: 2 });
    const content = whole.choices[0]!.logprobs!["content"] as { token: string; top_logprobs: { token: string }[] }[];
    expect(content.map((entry) => entry.token).join("")).toBe(textOf(whole));
    for (const entry of content) expect(entry.top_logprobs.map((top) => top.token)).toContain(entry.token);
    const streamed = await stream({ temperature: 0, max_tokens: 4, logprobs: true, top_logprobs: 2 });
    expect(streamed.chunks.flatMap((chunk) => chunk.choices[0]!.logprobs?.content ?? [])).toEqual(content);
  });

  test("counts what safe_prompt adds to the prompt, and is not changed by a prediction", async () => {
    const plain = await chat({ temperature: 0 });
    expect((await chat({ safe_prompt: true })).usage.prompt_tokens).toBeGreaterThan(plain.usage.prompt_tokens);
    expect(textOf(await chat({ temperature: 0, prediction: { type: "content", content: textOf(plain) } }))).toBe(
      textOf(plain),
    );
  });

  test("names the nested fields it ignored", async () => {
    const messages = [{ role: "user", content: "u", name: "Ann" }];
    const response = await server.send("/v1/chat/completions", { ...hello, messages });
    expect(response.headers.get("x-tramontane-ignored")).toBe("messages[0].name");
  });
});

describe("a refusal", () => {
  test("D05 of an unknown model is a 400, as hosted", async () => {
    const body = { message: "Invalid model: nope", type: "invalid_model", code: "1500", raw_status_code: 400 };
    expect(await fail({ model: "nope" })).toMatchObject(body);
  });

  test("D06 of a body that does not fit is a 422 with the details", async () => {
    expect(await fail({ model: undefined })).toMatchObject({
      raw_status_code: 422,
      detail: [{ type: "missing", loc: ["body", "model"] }],
    });
    expect(await fail({ foo: 1 })).toMatchObject({
      raw_status_code: 422,
      message: "body.foo: Extra inputs are not permitted",
      detail: [{ type: "extra_forbidden", loc: ["body", "foo"], input: 1 }],
    });
  });

  test.each([
    [
      "D08",
      [
        { role: "user", content: "u" },
        { role: "assistant", content: "a" },
      ],
      "3230",
      /^Expected last role User or Tool/,
    ],
    ["", [], "3230", /^Conversation must have at least one message/],
    [
      "",
      [
        { role: "user", content: "u" },
        { role: "tool", content: "r" },
      ],
      "3230",
      /^Unexpected role 'tool' after role 'user'/,
    ],
    [
      "",
      [{ role: "user", content: "u" }, { role: "assistant" }, { role: "user", content: "v" }],
      "3240",
      /either content or tool_calls/,
    ],
  ])("%s of messages in an impossible order is a 400", async (_, messages, code, message) => {
    expect(await fail({ messages })).toMatchObject({
      raw_status_code: 400,
      code,
      message: expect.stringMatching(message),
    });
  });

  test("D31 of a prompt larger than the window tells both numbers", async () => {
    const messages = [{ role: "user", content: "é".repeat(20_000) }];
    const { message, code } = await fail({ messages });
    expect(code).toBe("3051");
    expect(message).toMatch(
      /^Prompt contains \d+ tokens and \d+ draft tokens, too large for model with \d+ maximum context length$/,
    );
  });

  test("of what no model here can do says so", async () => {
    expect(await fail({ audio: {} })).toMatchObject({ type: "invalid_request_invalid_args", param: "audio" });
  });
});
