import type { ChatMessage } from "./messages.ts";
import type { Refusal } from "./refusal.ts";

/**
 * Why a conversation cannot be served in this order, or undefined. Only impossible orders are refused: consecutive
 * messages of one role, late system messages and a user after a tool result are all fine. The sentences are those of
 * hosted APIs, because programs match them.
 */
export function findOrderProblem(messages: readonly ChatMessage[]): Refusal | undefined {
  const [first] = messages;
  const last = messages.at(-1);
  if (!first || !last) return order("Conversation must have at least one message", "messages");
  const lonely = messages.length === 1;
  if (lonely && (first.role === "tool" || (first.role === "assistant" && !first.prefix))) {
    return order("Conversation must start with a user message or system message", "messages[0]");
  }
  if (last.role === "assistant" && !last.prefix) {
    const expected = "Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant";
    return order(expected, `messages[${messages.length - 1}]`);
  }
  for (const [index, message] of messages.entries()) {
    const problem = findAssistantProblem(message, index, messages) ?? findToolResultProblem(message, index, messages);
    if (problem) return problem;
  }
  return undefined;
}

function findAssistantProblem(
  message: ChatMessage,
  index: number,
  messages: readonly ChatMessage[],
): Refusal | undefined {
  if (message.role !== "assistant") return undefined;
  const field = `messages[${index}]`;
  if (message.prefix && index !== messages.length - 1) {
    return order("Assistant message with prefix True must be last message", field);
  }
  const calls = message.toolCalls.length;
  if (calls === 0) return undefined;
  const ids = message.toolCalls.map((call) => call.id).filter((id) => id !== "");
  const twice = ids.find((id, position) => ids.indexOf(id) !== position);
  if (twice !== undefined) {
    return { code: "invalid_function_call", message: `Duplicate tool call id ${twice}`, field: `${field}.tool_calls` };
  }
  const results = countResultsAfter(index, messages);
  const isAnswered = results === calls;
  return isAnswered ? undefined : order("Not the same number of function calls and responses", field);
}

/** A tool result answers the calls of the assistant message its run of results follows. */
function findToolResultProblem(
  message: ChatMessage,
  index: number,
  messages: readonly ChatMessage[],
): Refusal | undefined {
  if (message.role !== "tool") return undefined;
  const field = `messages[${index}]`;
  const asking = messages.slice(0, index).findLast((earlier) => earlier.role !== "tool");
  if (asking?.role !== "assistant") {
    return order(`Unexpected role 'tool' after role '${asking?.role ?? "start"}'`, field);
  }
  if (asking.toolCalls.length === 0) return order("Not the same number of function calls and responses", field);
  const { toolCallId } = message;
  const isKnown =
    toolCallId === undefined ||
    toolCallId === "null" ||
    asking.toolCalls.some((call) => call.id === "" || call.id === toolCallId);
  if (isKnown) return undefined;
  return {
    code: "invalid_function_call",
    message: `Unexpected tool call id ${toolCallId} in tool results`,
    field: `${field}.tool_call_id`,
  };
}

function countResultsAfter(index: number, messages: readonly ChatMessage[]): number {
  const next = messages.findIndex((message, position) => position > index && message.role !== "tool");
  return (next === -1 ? messages.length : next) - index - 1;
}

function order(message: string, field: string): Refusal {
  return { code: "invalid_message_order", message, field };
}
