import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer } from "../support/test-server.ts";
import type { TestServer } from "../support/test-server.ts";
import { Completion, readStream, UnionError } from "../support/wire-shapes.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

describe("D26 fill in the middle", () => {
  const gap = {
    model: "codestral-latest",
    prompt: "def add(a, b):\n    return ",
    suffix: "\n\nprint(add(1, 2))",
    stop: "\n",
    temperature: 0,
  };

  test("answers with the middle only, streamed the same", async () => {
    const response = await server.send("/v1/fim/completions", gap);
    const completion = Completion.parse(await response.json());
    const [choice] = completion.choices;
    expect(choice!.message.content).not.toContain("\n");
    expect(["stop", "length"]).toContain(choice!.finish_reason);
    const streamed = await server.send("/v1/fim/completions", { ...gap, stream: true });
    expect(readStream(await streamed.text()).texts).toEqual([choice!.message.content]);
  });

  test("does not end before min_tokens, and needs no suffix", async () => {
    const { suffix: _, ...open } = gap;
    const response = await server.send("/v1/fim/completions", { ...open, stop: null, min_tokens: 60, max_tokens: 60 });
    expect(Completion.parse(await response.json()).usage.completion_tokens).toBe(60);
  });

  test("is refused by a model that embeds", async () => {
    const response = await server.send("/v1/fim/completions", { ...gap, model: "mistral-embed" });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ message: "This model does not support FIM", code: "3051" });
  });
});

describe("D24 embeddings", () => {
  const embed = (fields: object) => server.send("/v1/embeddings", { model: "mistral-embed", input: "tide", ...fields });

  test("have the canonical shape and count their tokens", async () => {
    const body = (await (await embed({ input: ["tide", "moon"] })).json()) as Record<string, unknown>;
    expect(body).toMatchObject({
      object: "list",
      model: "mistral-embed",
      data: [{ object: "embedding", index: 0 }, { index: 1 }],
    });
    expect(body["usage"]).toMatchObject({ completion_tokens: 0, prompt_tokens: expect.any(Number) });
  });

  test.each([
    [{ input: [] }, 400],
    [{ output_dimension: 1025 }, 400],
    [{ output_dtype: "int8" }, 400],
    [{ encoding_format: "hex" }, 422],
    [{ model: "toy-chat" }, 400],
    [{ input: 5 }, 422],
  ])("refuse %j", async (fields, status) => {
    const response = await embed(fields);
    expect(response.status).toBe(status);
    UnionError.parse(await response.json());
  });
});

describe("D25 models", () => {
  interface Card {
    readonly id: string;
    readonly aliases: readonly string[];
  }

  test("are listed under every name, with the others as aliases, and each name resolves", async () => {
    const { data } = (await (await server.send("/v1/models")).json()) as { data: readonly Card[] };
    const names = data.map(({ id }) => id);
    expect(names).toEqual(
      expect.arrayContaining(["open-mistral-7b", "open-mixtral-8x7b", "mistral-medium-latest", "mistral-embed"]),
    );
    for (const card of data) {
      expect(names).toEqual(expect.arrayContaining([...card.aliases]));
      const found = await server.send(`/v1/models/${card.id}`);
      expect(await found.json()).toEqual(card);
    }
  });

  test("tell what they can do", async () => {
    expect(await (await server.send("/v1/models/toy-chat")).json()).toMatchObject({
      type: "base",
      owned_by: "tramontane",
      max_context_length: 32_768,
      default_model_temperature: 0.7,
      capabilities: { completion_chat: true, completion_fim: true, vision: false },
    });
  });

  test("unknown ones are a 404, as hosted", async () => {
    const response = await server.send("/v1/models/nope");
    expect(response.status).toBe(404);
    expect(UnionError.parse(await response.json()).message).toBe("Model nope was not found.");
  });
});
