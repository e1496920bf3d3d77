import { Mistral } from "@mistralai/mistralai";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KEY, startTestServer } from "../support/test-server.ts";
import type { TestServer } from "../support/test-server.ts";
import { WordJudge } from "../support/word-judge.ts";

const CATEGORIES = [
  "sexual",
  "hate_and_discrimination",
  "violence_and_threats",
  "dangerous_and_criminal_content",
  "selfharm",
  "health",
  "financial",
  "law",
  "pii",
];

describe("scores of a model", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());
  const mistral = () => new Mistral({ apiKey: KEY, serverURL: server.origin });

  test("D23 two texts have two results, nine categories in both maps", async () => {
    const { results, model } = await mistral().classifiers.moderate({
      model: "mistral-moderation-latest",
      inputs: ["a", "b"],
    });
    expect(model).toBe("mistral-moderation-latest");
    expect(results).toHaveLength(2);
    for (const { categories, categoryScores } of results) {
      expect(Object.keys(categories!)).toEqual(CATEGORIES);
      expect(Object.keys(categoryScores!)).toEqual(CATEGORIES);
      const scores = Object.values(categoryScores!);
      expect(Math.min(...scores)).toBeGreaterThanOrEqual(0);
      expect(scores.reduce((sum, score) => sum + score, 0)).toBeLessThanOrEqual(1 + 1e-9);
      expect(Object.values(categories!)).toEqual(scores.map((score) => score >= 0.5));
    }
  });

  test("the model of 2603 tells dangers, crimes and jailbreaks apart", async () => {
    const { results } = await mistral().classifiers.moderate({ model: "mistral-moderation-2603", inputs: "a" });
    expect(Object.keys(results[0]!.categories!)).toHaveLength(11);
    expect(results[0]!.categories).toHaveProperty("jailbreaking");
  });

  test("a conversation is judged by its last message", async () => {
    const turns = (last: string) => [
      { role: "user" as const, content: "Hello" },
      { role: "assistant" as const, content: last },
    ];
    const one = await mistral().classifiers.moderateChat({ model: "mistral-moderation-latest", inputs: turns("x") });
    expect(one.results).toHaveLength(1);
    const inputs = [turns("x"), turns("y")];
    const two = await mistral().classifiers.moderateChat({ model: "mistral-moderation-latest", inputs });
    expect(two.results).toHaveLength(2);
    expect(two.results[0]).toEqual(one.results[0]);
  });

  test("classifications have labels whose scores add up", async () => {
    const plain = await mistral().classifiers.classify({ model: "toy-chat", inputs: ["a", "b"] });
    const messages = [{ role: "user" as const, content: "a" }];
    const chat = await mistral().classifiers.classifyChat({ model: "toy-chat", input: { messages } });
    for (const result of [...plain.results, ...chat.results]) {
      const scores = Object.values(result["moderation"]!.scores);
      expect(scores.reduce((sum, score) => sum + score, 0)).toBeCloseTo(1);
    }
    expect(chat.results[0]).toEqual(plain.results[0]);
  });

  test("OpenAI's client finds its own categories and `flagged`", async () => {
    const client = new OpenAI({ apiKey: KEY, baseURL: `${server.origin}/v1`, maxRetries: 0 });
    const { results } = await client.moderations.create({ input: [{ type: "text", text: "a" }] });
    expect(typeof results[0]!.flagged).toBe("boolean");
    const named = await client.moderations.create({ model: "omni-moderation-latest", input: "a" });
    expect(named.results[0]!.category_scores).toHaveProperty("self-harm/intent");
    expect(named.results[0]!.category_applied_input_types["violence"]).toEqual(["text"]);
  });

  test("what cannot be judged is refused with a reason", async () => {
    const send = async (body: object) =>
      (await (await server.send("/v1/moderations", body)).json()) as { type: string; code: string };
    expect(await send({ input: "a", model: "mistral-embed" })).toMatchObject({ code: "3051" });
    expect(await send({ input: "a", model: "nothing" })).toMatchObject({ type: "invalid_model" });
    expect(await send({ input: [] })).toMatchObject({ type: "invalid_request_error" });
    const image = { type: "image_url", image_url: { url: "data:," } };
    expect(await send({ input: [image] })).toMatchObject({ code: "3051" });
  });
});

describe("guardrails of a request", () => {
  const judge = new WordJudge();
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ judge });
  });
  afterAll(() => server.close());
  const chat = (content: string, guardrails: object[], more: object = {}) =>
    server.send("/v1/chat/completions", {
      model: "toy-chat",
      messages: [{ role: "user", content }],
      max_tokens: 4,
      guardrails,
      ...more,
    });
  /** The judge looks for the rule's last word: "account number". */
  const SUSPECT = "My account number";

  test("scores ride on the answer, whole or streamed, unless it shall block", async () => {
    const { guardrails } = (await (await chat(SUSPECT, [{ moderation_llm_v2: {} }])).json()) as {
      guardrails: { moderation_llm_v2: { action: string; categories: Record<string, unknown> } }[];
    };
    expect(guardrails[0]!.moderation_llm_v2).toMatchObject({
      action: "pass",
      categories: { pii: { score: 0.9, violated: true }, law: { score: 0.01, violated: false } },
    });
    const streamed = await (await chat(SUSPECT, [{ moderation_llm_v2: {} }], { stream: true })).text();
    expect(streamed.split("\n\n").filter((event) => event.includes('"guardrails"'))).toHaveLength(1);
  });

  test("a blocked request is a 403 with the decisions, for Mistral's client and OpenAI's", async () => {
    const guardrails = [{ moderation_llm_v2: { action: "block" } }];
    const body = (await (await chat(SUSPECT, guardrails)).json()) as object;
    expect(body).toMatchObject({
      raw_status_code: 403,
      error: { message: "Content blocked by guardrail", status: 403 },
      guardrails: {
        results: {
          moderation_llm_v2: {
            model_name: "mistral-moderation-2603",
            decisions: { pii: { threshold: 0.5, score: 0.9, violated: true } },
            violated: true,
            action: "block",
          },
        },
      },
    });
    const client = new Mistral({ apiKey: KEY, serverURL: server.origin });
    const asked = client.chat.complete({
      model: "toy-chat",
      messages: [{ role: "user", content: SUSPECT }],
      guardrails: [{ moderationLlmV1: { action: "block" } }],
    });
    await expect(asked).rejects.toMatchObject({ statusCode: 403 });
  });

  test("thresholds are the request's own, and only those when it says so", async () => {
    const config = (thresholds: object, only = false) => [
      { moderation_llm_v1: { action: "block", custom_category_thresholds: thresholds, ignore_other_categories: only } },
    ];
    expect((await chat(SUSPECT, config({ pii: 0.95 }))).status).toBe(200);
    expect((await chat(SUSPECT, config({ law: 0.005 }))).status).toBe(403);
    expect((await chat(SUSPECT, config({ law: 0.5 }, true))).status).toBe(200);
    expect((await chat(SUSPECT, config({ jailbreaking: 0.5 }))).status).toBe(400);
  });

  test("a judge that is down blocks only where the request says so", async () => {
    judge.isDown = true;
    const open = await chat("Hello", [{ moderation_llm_v2: { action: "block" } }]);
    expect(await open.json()).toMatchObject({ guardrails: [{ moderation_llm_v2: { action: "error" } }] });
    expect((await chat("Hello", [{ block_on_error: true, moderation_llm_v2: {} }])).status).toBe(403);
    judge.isDown = false;
  });
});
