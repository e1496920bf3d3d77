import OpenAI from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Gate, Outcome } from "#platform";
import { KEY, startTestServer } from "../support/test-server.ts";
import type { TestServer } from "../support/test-server.ts";
import { UnionError } from "../support/wire-shapes.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const client = () => new OpenAI({ apiKey: KEY, baseURL: `${server.origin}/v1`, maxRetries: 0 });
const asked = { model: "toy-chat", prompt: "The tide turns under", temperature: 0, max_tokens: 12 } as const;

test("continues a text, whole and streamed, with the same words and usage", async () => {
  const whole = await client().completions.create(asked);
  expect(whole).toMatchObject({ object: "text_completion", model: "toy-chat", usage: { completion_tokens: 12 } });
  expect(whole.choices).toEqual([{ index: 0, text: expect.any(String), logprobs: null, finish_reason: "length" }]);
  expect(whole.choices[0]!.text).not.toBe("");
  const options = { stream: true, stream_options: { include_usage: true } } as const;
  let text = "";
  const ends: unknown[] = [];
  let usage: unknown;
  for await (const chunk of await client().completions.create({ ...asked, ...options })) {
    expect(chunk.object).toBe("text_completion");
    text += chunk.choices[0]?.text ?? "";
    if (chunk.choices[0]?.finish_reason) ends.push(chunk.choices[0].finish_reason);
    usage = chunk.usage ?? usage;
  }
  expect(text).toBe(whole.choices[0]!.text);
  expect(ends).toEqual(["length"]);
  expect(usage).toMatchObject({ prompt_tokens: whole.usage!.prompt_tokens, total_tokens: whole.usage!.total_tokens });
});

test("puts nothing around the text: its tokens are all that is counted", async () => {
  const { usage } = await client().completions.create(asked);
  const alone = await server.model.tokenize([{ kind: "text", text: asked.prompt }]);
  expect(usage!.prompt_tokens).toBe(alone.length);
  const messages = [{ role: "user" as const, content: asked.prompt }];
  const chat = await client().chat.completions.create({ model: "toy-chat", messages, max_tokens: 1 });
  expect(chat.usage!.prompt_tokens).toBeGreaterThan(alone.length);
});

test("without max_tokens it stops after 16, and at stop texts before them", async () => {
  const { max_tokens: _, ...open } = asked;
  const whole = await client().completions.create({ ...open, prompt: [open.prompt] });
  expect(whole.usage!.completion_tokens).toBeLessThanOrEqual(16);
  const stop = whole.choices[0]!.text.slice(3, 5);
  const cut = await client().completions.create({ ...open, stop });
  expect(cut.choices[0]).toMatchObject({ finish_reason: "stop" });
  expect(whole.choices[0]!.text.startsWith(cut.choices[0]!.text)).toBe(true);
  expect(cut.choices[0]!.text).not.toContain(stop);
});

test("gives n answers, the same for the same seed", async () => {
  const drawn = { ...asked, temperature: 1, n: 3, seed: 7 };
  const [first, second] = [await client().completions.create(drawn), await client().completions.create(drawn)];
  expect(first.choices.map(({ index }) => index)).toEqual([0, 1, 2]);
  expect(second.choices).toEqual(first.choices);
  const streamed = ["", "", ""];
  for await (const { choices } of await client().completions.create({ ...drawn, stream: true })) {
    for (const { index, text } of choices) streamed[index] += text;
  }
  expect(streamed).toEqual(first.choices.map(({ text }) => text));
});

test("tells log probabilities in the older form; their tokens and offsets add up to the text, streamed too", async () => {
  const { choices } = await client().completions.create({ ...asked, logprobs: 2 });
  const { text, logprobs } = choices[0]!;
  expect(logprobs!.tokens!.join("")).toBe(text);
  expect(logprobs!.token_logprobs!.every((value) => value <= 0)).toBe(true);
  expect(logprobs!.top_logprobs!.every((top) => Object.keys(top).length > 0)).toBe(true);
  const characters = Array.from(text);
  logprobs!.tokens!.forEach((token, index) => {
    const begin = logprobs!.text_offset![index]!;
    expect(characters.slice(begin, begin + Array.from(token).length).join("")).toBe(token);
  });
  const offsets: number[] = [];
  for await (const chunk of await client().completions.create({ ...asked, logprobs: 2, stream: true })) {
    offsets.push(...(chunk.choices[0]?.logprobs?.text_offset ?? []));
  }
  expect(offsets).toEqual(logprobs!.text_offset);
  const plain = await client().completions.create({ ...asked, logprobs: 0 });
  expect(plain.choices[0]!.logprobs).toMatchObject({ tokens: logprobs!.tokens, top_logprobs: null });
});

test("a suffix makes it fill the gap, as the door for code does", async () => {
  const gap = {
    model: "toy-chat",
    prompt: "def add(a, b):\n    return ",
    suffix: "\n\nprint(1)",
    temperature: 0,
    max_tokens: 8,
  };
  const { choices, usage } = await client().completions.create(gap);
  const fim = await server.send("/v1/fim/completions", gap);
  const twin = (await fim.json()) as { choices: { message: { content: string } }[]; usage: unknown };
  expect(choices[0]!.text).toBe(twin.choices[0]!.message.content);
  expect(usage).toMatchObject({ prompt_tokens: (twin.usage as { prompt_tokens: number }).prompt_tokens });
});

test.each([
  [{ echo: true }, 400, "'echo' is not supported"],
  [{ best_of: 3 }, 400, "'best_of' is only supported where it equals n"],
  [{ prompt: ["a", "b"] }, 400, "One prompt per request is supported"],
  [{ prompt: [464, 15] }, 422, "Input should be a valid string"],
  [{ prompt: "" }, 422, "body.prompt"],
  [{ model: "mistral-embed" }, 400, "This model does not continue texts"],
  [{ model: "nope" }, 400, "Invalid model: nope"],
  [{ logprobs: 21 }, 422, "body.logprobs"],
  [{ promt: "a" }, 422, "Extra inputs are not permitted"],
])("refuses %j in the body all clients read", async (fields, status, message) => {
  for (const stream of [false, true]) {
    const response = await server.send("/v1/completions", { ...asked, stream, ...fields });
    expect(response.status).toBe(status);
    expect(UnionError.parse(await response.json()).message).toContain(message);
  }
});

test("is admitted and settled once, over all its answers", async () => {
  const outcomes: Outcome[] = [];
  const settle = async (outcome: Outcome): Promise<void> => void outcomes.push(outcome);
  const gate: Gate = { admit: () => Promise.resolve({ progress() {}, settle }) };
  const metered = await startTestServer({ gate });
  try {
    const response = await metered.send("/v1/completions", { ...asked, n: 2 });
    const { usage } = (await response.json()) as { usage: { prompt_tokens: number; completion_tokens: number } };
    expect(outcomes).toHaveLength(1);
    expect(outcomes[0]).toMatchObject({
      operation: "text",
      deployment: "toy-chat",
      ending: "completed",
      promptTokens: usage.prompt_tokens,
      completionTokens: usage.completion_tokens,
      endings: ["length", "length"],
    });
  } finally {
    await metered.close();
  }
});

test("a stream that breaks off says so in a last chunk, and the client throws", async () => {
  const broken = await startTestServer({
    disturb: (toy) => ({
      ...toy,
      info: toy.info,
      tokenize: toy.tokenize.bind(toy),
      status: toy.status.bind(toy),
      unload: toy.unload.bind(toy),
      async *generate(request, signal) {
        let texts = 0;
        for await (const event of toy.generate(request, signal)) {
          if (event.type === "text" && (texts += 1) === 3) throw new Error("broken on purpose");
          yield event;
        }
      },
    }),
  });
  try {
    const response = await broken.send("/v1/completions", { ...asked, stream: true });
    const text = await response.text();
    expect(text).toMatch(/"object":"text_completion".*"finish_reason":"error".*"error":\{"message":/);
    expect(text).not.toContain("[DONE]");
    const openai = new OpenAI({ apiKey: KEY, baseURL: `${broken.origin}/v1`, maxRetries: 0 });
    const read = async () => {
      for await (const _ of await openai.completions.create({ ...asked, stream: true }));
    };
    await expect(read()).rejects.toBeInstanceOf(OpenAI.APIError);
  } finally {
    await broken.close();
  }
});

test("the API's own description has it", async () => {
  const document = (await (await server.send("/openapi.json")).json()) as { paths: Record<string, object> };
  expect(document.paths["/v1/completions"]).toMatchObject({
    post: { summary: expect.stringContaining("Continue a text") },
  });
});
