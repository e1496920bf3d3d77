import { describe, expect, test } from "vitest";
import type { Message } from "./conversation.ts";
import { checkMessageOrder } from "./message-order.ts";

const user: Message = { role: "user", text: "Hi" };
const system: Message = { role: "system", content: [{ type: "text", text: "Be brief." }] };
const call = { id: "abcdef123", name: "look", argumentsJson: "{}" };
const said = (text: string, prefix = false): Message => ({
  role: "assistant",
  content: [{ type: "text", text }],
  toolCalls: [],
  prefix,
});
const calls = (count: number): Message => ({
  role: "assistant",
  content: [],
  toolCalls: Array.from({ length: count }, () => call),
  prefix: false,
});
const result: Message = { role: "tool", callId: "abcdef123", name: "look", text: "ok" };

const REFUSED: readonly (readonly [string, readonly Message[], number])[] = [
  ["Conversation must have at least one message", [], 3230],
  ["Conversation must start with a user message or system message", [said("x", true)], 3230],
  ["Conversation must start with a user message or system message", [result, user], 3230],
  [
    "Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant",
    [user, said("x")],
    3230,
  ],
  ["Unexpected role 'tool' after role 'user'", [user, result], 3230],
  ["Not the same number of function calls and responses", [user, calls(2), result], 3230],
  ["Not the same number of function calls and responses", [user, calls(1), result, result], 3230],
  ["Not the same number of function calls and responses", [user, calls(1), said("x"), user], 3230],
  ["Assistant message with prefix True must be last message", [user, said("x", true), user], 3230],
  ["Assistant message must have either content or tool_calls, but not none.", [user, calls(0), user], 3240],
  [
    "Function name was a b but must be a-z, A-Z, 0-9, or contain underscores and dashes, with a maximum length of 64.",
    [user, calls(1), { ...result, name: "a b" }],
    3280,
  ],
];

describe("the order of messages", () => {
  test.each(REFUSED)("refused: %s", (message, messages, mistralCode) => {
    expect(() => checkMessageOrder(messages, false)).toThrow(
      expect.objectContaining({ name: "TramontaneError", message, details: { mistralCode } }),
    );
  });

  test.each([
    ["a lone system message", [system]],
    ["neighbours of one role, a late system message", [user, user, system, user]],
    ["a system message after an assistant", [user, said("x"), system, user]],
    ["a dialogue that the assistant opens", [said("x"), user]],
    ["a user after a tool", [user, calls(1), result, user]],
    ["a prefix at the end", [user, said("x", true)]],
    ["an empty text of an assistant", [user, said(""), user]],
  ] satisfies readonly (readonly [string, readonly Message[]])[])("accepted: %s", (_, messages) => {
    expect(() => checkMessageOrder(messages, false)).not.toThrow();
  });

  test("strictness refuses a system message after an assistant", () => {
    expect(() => checkMessageOrder([user, said("x"), system, user], true)).toThrow(
      "Unexpected role 'system' after role 'assistant'",
    );
  });

  test("strictness refuses an empty text of an assistant", () => {
    expect(() => checkMessageOrder([user, said(""), user], true)).toThrow(/either content or tool_calls/u);
  });
});
