import { expect, test } from "vitest";
import { readChatRequest } from "./chat.ts";

const user = { role: "user", content: "u" };
const system = { role: "system", content: "s" };
const assistant = { role: "assistant", content: "a" };
const prefix = { ...assistant, prefix: true };
const call = (id?: string) => ({ ...(id ? { id } : {}), function: { name: "f", arguments: "{}" } });
const calling = (...ids: string[]) => ({ role: "assistant", content: "", tool_calls: ids.map((id) => call(id)) });
const result = (id?: string) => ({ role: "tool", content: "r", ...(id ? { tool_call_id: id } : {}) });

const refusalOf = (messages: unknown[]) => {
  const reading = readChatRequest({ model: "m", messages });
  return reading.ok ? undefined : reading.refusal;
};

test.each([
  [[user]],
  [[system]],
  [[user, user, system, user]],
  [[user, assistant, user]],
  [[assistant, user]],
  [[user, prefix]],
  [[user, calling("aaaaaaaaa"), result("aaaaaaaaa")]],
  [[user, calling("call_x", "call_y"), result("call_y"), result("call_x"), user]],
  [[user, calling("null"), result("null"), assistant, user]],
  [[user, calling("aaaaaaaaa"), result()]],
])("accepted: %j", (messages) => {
  expect(refusalOf(messages)).toBeUndefined();
});

test.each([
  [[], "invalid_message_order", "Conversation must have at least one message"],
  [[assistant], "invalid_message_order", "Conversation must start with a user message or system message"],
  [[result("x")], "invalid_message_order", "Conversation must start with a user message or system message"],
  [
    [user, assistant],
    "invalid_message_order",
    "Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant",
  ],
  [[user, result("x")], "invalid_message_order", "Unexpected role 'tool' after role 'user'"],
  [[user, prefix, user], "invalid_message_order", "Assistant message with prefix True must be last message"],
  [
    [user, calling("x", "y"), result("x")],
    "invalid_message_order",
    "Not the same number of function calls and responses",
  ],
  [[user, calling("x"), user], "invalid_message_order", "Not the same number of function calls and responses"],
  [[user, calling("x"), result("y")], "invalid_function_call", "Unexpected tool call id y in tool results"],
  [[user, calling("x", "x"), result("x"), result("x")], "invalid_function_call", "Duplicate tool call id x"],
  [
    [user, { role: "assistant", content: null }, user],
    "invalid_assistant_message",
    "Assistant message must have either content or tool_calls, but not none.",
  ],
])("refused: %j", (messages, code, message) => {
  expect(refusalOf(messages)).toMatchObject({ code, message });
});
