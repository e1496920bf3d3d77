import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EventDecoder } from "#protocol";
import { KEY, startTestServer } from "../support/test-server.ts";
import type { TestServer } from "../support/test-server.ts";
import { UnionError } from "../support/wire-shapes.ts";

let server: TestServer;
let client: OpenAI;
beforeAll(async () => {
  server = await startTestServer();
  client = new OpenAI({ apiKey: KEY, baseURL: `${server.origin}/v1`, maxRetries: 0 });
});
afterAll(() => server.close());

const ask = { model: "mistral-small-latest", input: "Repeat: hello there", temperature: 0 };

describe("D33 /v1/responses", () => {
  test("answers whole, with text and usage", async () => {
    const response = await client.responses.create(ask);
    expect(response).toMatchObject({
      object: "response",
      status: "completed",
      output_text: "hello there",
      error: null,
    });
    expect(response.usage!.total_tokens).toBe(response.usage!.input_tokens + response.usage!.output_tokens);
    expect(response.output[0]).toMatchObject({ type: "message", role: "assistant", status: "completed" });
  });

  test("streams events in order that the client's helper puts together", async () => {
    const types: string[] = [];
    const stream = client.responses.stream(ask);
    let sequence = -1;
    for await (const event of stream) {
      expect(event.sequence_number).toBe(sequence + 1);
      sequence = event.sequence_number;
      if (types.at(-1) !== event.type) types.push(event.type);
    }
    expect(types).toEqual([
      "response.created",
      "response.in_progress",
      "response.output_item.added",
      "response.content_part.added",
      "response.output_text.delta",
      "response.output_text.done",
      "response.content_part.done",
      "response.output_item.done",
      "response.completed",
    ]);
    expect((await stream.finalResponse()).output_text).toBe("hello there");
  });

  test("names every event twice, as the form asks", async () => {
    const response = await server.send("/v1/responses", { ...ask, stream: true });
    const events = new EventDecoder().push(await response.text());
    for (const { event, data } of events) expect((JSON.parse(data) as { type: string }).type).toBe(event);
  });

  test("is incomplete when max_output_tokens cut it", async () => {
    const cut = await client.responses.create({ ...ask, max_output_tokens: 2 });
    expect(cut).toMatchObject({ status: "incomplete", incomplete_details: { reason: "max_output_tokens" } });
  });

  test("reads a conversation of items: calls, their outputs, thoughts, instructions", async () => {
    const call = { type: "function_call" as const, name: "f", arguments: "{}" };
    const response = await client.responses.create({
      model: "mistral-small-latest",
      instructions: "Be brief.",
      temperature: 0,
      input: [
        { role: "user", content: [{ type: "input_text", text: "u" }] },
        { type: "reasoning", id: "rs_1", summary: [] },
        { ...call, call_id: "call_1" },
        { ...call, call_id: "call_2" },
        { type: "function_call_output", call_id: "call_2", output: "b" },
        { type: "function_call_output", call_id: "call_1", output: "a" },
        { role: "user", content: "Repeat: done" },
      ],
    });
    expect(response.output_text).toBe("done");
  });

  test.each([
    [{ previous_response_id: "resp_1" }, 400, "previous_response_id"],
    [{ background: true }, 400, "background"],
    [{ truncation: "auto" }, 400, "truncation"],
    [{ input: [{ type: "item_reference", id: "x" }] }, 400, "input[0]"],
    [{ tools: [{ type: "web_search" }] }, 400, "tools[0]"],
    [{ model: "nope" }, 400, "model"],
    [{ foo: 1 }, 422, "foo"],
    [{ input: 7 }, 422, "input"],
  ])("refuses %j", async (fields, status, param) => {
    const response = await server.send("/v1/responses", { ...ask, ...fields });
    expect(response.status).toBe(status);
    expect(UnionError.parse(await response.json()).param).toBe(param);
  });
});
