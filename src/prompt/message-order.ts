import { TramontaneError } from "#base";
import { spokenText } from "./conversation.ts";
import type { AssistantMessage, Message } from "./conversation.ts";

/** Who may speak after whom; a late system message (after assistant or tool) only where no strictness is asked for. */
const MAY_FOLLOW: Record<Message["role"], readonly Message["role"][]> = {
  system: ["user", "assistant", "system"],
  user: ["assistant", "system", "user"],
  assistant: ["assistant", "user", "tool"],
  tool: ["assistant", "tool", "user"],
};

const FUNCTION_NAME = /^[a-zA-Z0-9_-]{1,64}$/u;

/**
 * Refuses conversations no template can render. Errors, each with `details.mistralCode` and the field:
 * `invalid_message_order` (3230), `invalid_assistant_message` (3240), `invalid_function_call` (3280).
 */
export function checkMessageOrder(messages: readonly Message[], strict: boolean): void {
  const last = messages.at(-1);
  if (last === undefined) throw orderError("Conversation must have at least one message", "messages");
  const first = messages[0];
  if (first?.role === "tool" || (messages.length === 1 && first?.role === "assistant")) {
    throw orderError("Conversation must start with a user message or system message", "messages[0]");
  }
  if (last.role === "assistant" && !last.prefix) {
    const expected = "Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant";
    throw orderError(expected, `messages[${messages.length - 1}]`);
  }
  for (const [index, message] of messages.entries()) {
    const previous = messages[index - 1];
    const late = message.role === "system" && !strict;
    if (previous !== undefined && !late && !MAY_FOLLOW[previous.role].includes(message.role)) {
      throw orderError(`Unexpected role '${message.role}' after role '${previous.role}'`, `messages[${index}]`);
    }
    if (message.role === "assistant") checkAssistant(message, index, { strict, last: message === last });
    if (message.role === "tool" && message.name !== undefined) checkName(message.name, `messages[${index}].name`);
  }
  checkResultCounts(messages);
}

function checkAssistant(message: AssistantMessage, index: number, at: { strict: boolean; last: boolean }): void {
  const field = `messages[${index}]`;
  if (message.prefix && !at.last) throw orderError("Assistant message with prefix True must be last message", field);
  const silent = message.content.length === 0 || (at.strict && spokenText(message.content) === "" && !thinks(message));
  if (silent && message.toolCalls.length === 0) {
    throw new TramontaneError(
      "invalid_assistant_message",
      "Assistant message must have either content or tool_calls, but not none.",
      { field, details: { mistralCode: 3240 } },
    );
  }
  for (const [call, { name }] of message.toolCalls.entries()) {
    checkName(name, `${field}.tool_calls[${call}].function.name`);
  }
}

function thinks(message: AssistantMessage): boolean {
  return message.content.some((chunk) => chunk.type === "thinking");
}

function checkName(name: string, field: string): void {
  if (FUNCTION_NAME.test(name)) return;
  throw functionCallError(
    `Function name was ${name} but must be a-z, A-Z, 0-9, or contain underscores and dashes, with a maximum length of 64.`,
    field,
  );
}

/** Every turn of calls is answered in full before the assistant speaks again, or the conversation ends. */
function checkResultCounts(messages: readonly Message[]): void {
  let pending = 0;
  for (const [index, message] of messages.entries()) {
    if (message.role === "tool") pending -= 1;
    if (message.role !== "assistant") continue;
    if (pending !== 0) throw countError(index);
    pending = message.toolCalls.length;
  }
  if (pending !== 0) throw countError(messages.length - 1);
}

function countError(index: number): TramontaneError {
  return orderError("Not the same number of function calls and responses", `messages[${index}]`);
}

function orderError(message: string, field: string): TramontaneError {
  return new TramontaneError("invalid_message_order", message, { field, details: { mistralCode: 3230 } });
}

/** The error for a call's id or name. */
export function functionCallError(message: string, field: string): TramontaneError {
  return new TramontaneError("invalid_function_call", message, { field, details: { mistralCode: 3280 } });
}
