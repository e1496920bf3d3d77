import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ChatRequestSchema, readChatRequest } from "./chat.ts";

const hello = { model: "m", messages: [{ role: "user", content: "Say hello." }] };
const read = (fields: Record<string, unknown>) => {
  const reading = readChatRequest({ ...hello, ...fields });
  if (!reading.ok) throw new Error(JSON.stringify(reading.refusal));
  return reading;
};
const refusalOf = (body: unknown) => {
  const reading = readChatRequest(body);
  if (reading.ok) throw new Error("the request was accepted");
  return reading.refusal;
};

describe("leniency", () => {
  test("a null field reads like an absent one", () => {
    const optional = Object.keys(ChatRequestSchema.shape).filter((key) => key !== "model" && key !== "messages");
    const nulls = Object.fromEntries(optional.map((key) => [key, null]));
    expect(read(nulls)).toEqual(read({}));
  });

  test("OpenAI's names mean what Mistral's mean", () => {
    const openai = read({ max_completion_tokens: 5, seed: 1, tool_choice: "required", tools: [tool("f")] });
    const mistral = read({ max_tokens: 5, random_seed: 1, tool_choice: "any", tools: [tool("f")] });
    expect(openai.value).toEqual(mistral.value);
  });

  test("developer is system, a null user is an empty one, a negative seed is its unsigned reading", () => {
    const { value } = read({
      seed: -1,
      messages: [
        {
          role: "developer",
          content: [
            { type: "text", text: "a" },
            { type: "text", text: "b" },
          ],
        },
        { role: "user", content: null },
      ],
    });
    expect(value.messages).toEqual([
      {
        role: "system",
        content: [
          { type: "text", text: "a" },
          { type: "text", text: "b" },
        ],
      },
      { role: "user", text: "" },
    ]);
    expect(value.sampling.seed).toBe(2n ** 64n - 1n);
  });

  test("arguments may come as an object, ids may be anything", () => {
    const call = { id: "call_0aBcD_long-id", function: { name: "f", arguments: { a: 1 } } };
    const { value } = read({
      messages: [
        { role: "user", content: "u" },
        { role: "assistant", content: "", tool_calls: [call] },
        { role: "tool", tool_call_id: call.id, content: "r" },
      ],
    });
    expect(value.messages[1]).toMatchObject({ toolCalls: [{ id: call.id, name: "f", argumentsJson: '{"a":1}' }] });
  });

  test("an unknown nested field is ignored and named", () => {
    const reading = read({ messages: [{ role: "user", content: "u", name: "Ann" }], stream_options: { x: 1 } });
    expect(reading.ignored).toEqual(["messages[0].name", "stream_options.x"]);
  });
});

describe("strictness", () => {
  test("an unknown top-level field and a missing one are reported together, as hosted APIs word it", () => {
    expect(refusalOf({ messages: hello.messages, foo: 1 })).toEqual({
      code: "validation_failed",
      message: "body.model: Field required",
      field: "model",
      detail: [
        { type: "missing", loc: ["body", "model"], msg: "Field required", input: null },
        { type: "extra_forbidden", loc: ["body", "foo"], msg: "Extra inputs are not permitted", input: 1 },
      ],
    });
  });

  test("a wrong type inside a union is reported where it is", () => {
    const refusal = refusalOf({ ...hello, messages: [{ role: "user", content: [{ type: "text", text: 7 }] }] });
    expect(refusal.detail?.[0]).toMatchObject({
      type: "string_type",
      loc: ["body", "messages", 0, "content", 0, "text"],
      input: 7,
    });
  });

  test.each([
    [{ max_tokens: 1, max_completion_tokens: 2 }, "max_completion_tokens"],
    [{ functions: [] }, "functions"],
    [{ audio: {} }, "audio"],
    [{ modalities: ["text", "audio"] }, "modalities"],
    [{ top_logprobs: 3 }, "top_logprobs"],
    [{ tool_choice: "any" }, "tool_choice"],
    [{ tool_choice: { type: "allowed_tools" } }, "tool_choice"],
    [{ tools: [tool("f")], tool_choice: { function: { name: "g" } } }, "tool_choice"],
    [{ tools: [{ type: "web_search" }] }, "tools[0]"],
    [{ tools: [tool("not a name")] }, "tools[0].function.name"],
    [{ messages: [{ role: "user", content: [{ type: "image_url", image_url: "x" }] }] }, "messages[0].content[0]"],
  ])("what cannot be honoured is refused, never ignored: %j", (fields, field) => {
    expect(refusalOf({ ...hello, ...fields })).toMatchObject({ field });
  });

  test("any JSON value is either read or refused with a reason", () => {
    const field = fc.constantFrom(...Object.keys(ChatRequestSchema.shape));
    fc.assert(
      fc.property(fc.dictionary(field, fc.jsonValue()), (fields) => {
        const reading = readChatRequest({ ...hello, ...fields });
        if (!reading.ok) expect(reading.refusal.message).not.toBe("");
      }),
    );
  });
});

function tool(name: string) {
  return { type: "function", function: { name, parameters: { type: "object", properties: {} } } };
}
