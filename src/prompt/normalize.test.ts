import { describe, expect, test } from "vitest";
import type { ToolCall } from "#protocol";
import type { Conversation, Message } from "./conversation.ts";
import { normalizeMessages } from "./normalize.ts";
import type { NormalizationRules } from "./normalize.ts";
import { isNativeCallId } from "./tool-call-id.ts";

const RULES: NormalizationRules = {
  system: "in-place",
  keepsThinking: true,
  speaksWithCalls: true,
  ordersResults: true,
};

const user = (text: string): Message => ({ role: "user", text });
const system = (text: string): Message => ({ role: "system", content: [{ type: "text", text }] });
const said = (text: string): Message => ({
  role: "assistant",
  content: [{ type: "text", text }],
  toolCalls: [],
  prefix: false,
});
const call = (id: string | undefined, name = "look"): ToolCall => ({ id, name, argumentsJson: "{}" });
const calls = (...toolCalls: ToolCall[]): Message => ({ role: "assistant", content: [], toolCalls, prefix: false });
const result = (callId: string | undefined, text = "ok"): Message => ({ role: "tool", callId, name: undefined, text });

function normalize(messages: readonly Message[], rules: Partial<NormalizationRules> = {}, strict = false) {
  const conversation: Conversation = { messages, tools: [], strict };
  return normalizeMessages(conversation, { ...RULES, ...rules });
}

/** Ids of calls and results, in order of appearance. */
function ids(messages: ReturnType<typeof normalize>): readonly string[] {
  return messages.flatMap((message) => {
    if (message.role === "tool") return [message.callId];
    return message.role === "assistant" ? message.toolCalls.map((each) => each.id) : [];
  });
}

describe("joining", () => {
  test("neighbours of one role are one message with a blank line between", () => {
    expect(normalize([user("a"), user(""), user("b"), said("c"), said("d"), user("e")])).toEqual([
      user("a\n\nb"),
      said("c\n\nd"),
      user("e"),
    ]);
  });

  test("system messages come first as one, or stay in place", () => {
    const messages = [system("s"), user("a"), system("t"), user("b")];
    expect(normalize(messages)).toEqual(messages);
    expect(normalize(messages, { system: "first" })).toEqual([system("s\n\nt"), user("a\n\nb")]);
    expect(normalize(messages, { system: "aside" })).toEqual([system("s\n\nt"), user("a"), user("b")]);
  });

  test("an answer's words come before its calls where a message cannot hold both", () => {
    const both: Message = {
      role: "assistant",
      content: [{ type: "text", text: "w" }],
      toolCalls: [call("abcdef123")],
      prefix: false,
    };
    const [, first, second] = normalize([user("a"), both, result("abcdef123")], { speaksWithCalls: false });
    expect(first).toEqual(said("w"));
    expect(second).toEqual(calls(call("abcdef123")));
  });

  test("thoughts are left out where the model has no form for them, and with them messages that held nothing else", () => {
    const thought: Message = {
      role: "assistant",
      content: [{ type: "thinking", text: "hm", closed: true }],
      toolCalls: [],
      prefix: false,
    };
    expect(normalize([user("a"), thought, user("b")], { keepsThinking: false })).toEqual([user("a\n\nb")]);
    expect(normalize([user("a"), thought, user("b")])).toEqual([user("a"), thought, user("b")]);
  });

  test("an assistant message of empty text is dropped", () => {
    expect(normalize([user("a"), said(""), user("b")])).toEqual([user("a\n\nb")]);
  });
});

describe("tool call ids", () => {
  test("native ids stay", () => {
    expect(ids(normalize([user("a"), calls(call("AAAAAAAA1")), result("AAAAAAAA1")]))).toEqual([
      "AAAAAAAA1",
      "AAAAAAAA1",
    ]);
  });

  test("foreign ids get nine letters or digits, the same for a call and its result", () => {
    const long = "call_0aBcD_long-id";
    const [first, second, third, fourth] = ids(
      normalize([user("a"), calls(call(long), call("toolu-ü")), result("toolu-ü"), result(long)]),
    );
    expect([first, second].every((id) => id !== undefined && isNativeCallId(id))).toBe(true);
    expect(first).not.toBe(second);
    expect([third, fourth]).toEqual([first, second]);
  });

  test.each([undefined, "", "null"])("results with the id %j answer the calls in order", (missing) => {
    const messages = normalize([
      user("a"),
      calls(call(missing, "one"), call(missing, "two")),
      result(missing),
      result(missing),
    ]);
    const [first, second, ...results] = ids(messages);
    expect(first).not.toBe(second);
    expect(results).toEqual([first, second]);
    expect(messages.flatMap((message) => (message.role === "tool" ? [message.name] : []))).toEqual(["one", "two"]);
  });

  test("results follow the order of their calls", () => {
    const messages = [user("a"), calls(call("AAAAAAAA1"), call("BBBBBBBB2")), result("BBBBBBBB2"), result("AAAAAAAA1")];
    expect(ids(normalize(messages)).slice(2)).toEqual(["AAAAAAAA1", "BBBBBBBB2"]);
    expect(ids(normalize(messages, { ordersResults: false })).slice(2)).toEqual(["BBBBBBBB2", "AAAAAAAA1"]);
  });

  test.each([
    ["Unexpected tool call id XXXXXXXX9 in tool results", [result("AAAAAAAA1"), result("XXXXXXXX9")]],
    ["Duplicate tool call id AAAAAAAA1 in tool results", [result("AAAAAAAA1"), result("AAAAAAAA1")]],
  ])("%s", (message, results) => {
    const messages = [user("a"), calls(call("AAAAAAAA1"), call("BBBBBBBB2")), ...results];
    expect(() => normalize(messages)).toThrow(
      expect.objectContaining({ code: "invalid_function_call", message, details: { mistralCode: 3280 } }),
    );
  });

  test("strictness refuses foreign and missing ids", () => {
    const foreign = [user("a"), calls(call("call_1")), result("call_1")];
    expect(() => normalize(foreign, {}, true)).toThrow(
      "Tool call id was call_1 but must be a-z, A-Z, 0-9, with a length of 9.",
    );
    expect(() => normalize([user("a"), calls(call(undefined)), result(undefined)], {}, true)).toThrow(
      "Tool call id was null",
    );
  });
});
