import type { ContentChunk } from "#protocol";
import { settleCallIds } from "./call-ids.ts";
import type { SettledAssistant, SettledMessage, SettledResult } from "./call-ids.ts";
import type { Conversation, SystemMessage, UserMessage } from "./conversation.ts";
import { checkMessageOrder } from "./message-order.ts";

/** What stands between texts that are joined. */
export const SEPARATOR = "\n\n";

/** What one template family asks of the conversation it renders. */
export interface NormalizationRules {
  /**
   * `in-place`: each system message where it stands. `first`: all their texts in one message at the start.
   * `aside`: likewise, but what stood around a late one is not joined.
   */
  readonly system: "first" | "aside" | "in-place";
  /** Thoughts of earlier turns stay in the prompt. */
  readonly keepsThinking: boolean;
  /** A message may both speak and call tools; otherwise the words become a message of their own before the calls. */
  readonly speaksWithCalls: boolean;
  /** Results follow the order of their calls, and every result must answer a call. */
  readonly ordersResults: boolean;
}

/** Messages a template can render as they come: ids settled, no two neighbours of one role but system and tool. */
export type NormalizedMessage = SettledMessage;

/**
 * Checks the order of a conversation and brings it into the form a template family expects. Pure; the input stays as it
 * is. Errors: `invalid_message_order`, `invalid_assistant_message`, `invalid_function_call`.
 */
export function normalizeMessages(conversation: Conversation, rules: NormalizationRules): readonly NormalizedMessage[] {
  const strict = conversation.strict ?? false;
  checkMessageOrder(conversation.messages, strict);
  const settled = settleCallIds(conversation.messages, { strict, checksResults: rules.ordersResults });
  const prepared = settled.flatMap((message) => prepareMessage(message, rules));
  const joined = joinNeighbours(rules.system === "first" ? systemFirst(prepared) : prepared, rules);
  const placed = rules.system === "aside" ? systemFirst(joined) : joined;
  return rules.ordersResults ? orderResults(placed) : placed;
}

function prepareMessage(message: NormalizedMessage, rules: NormalizationRules): readonly NormalizedMessage[] {
  if (message.role === "system") return hasText(message.content) ? [message] : [];
  if (message.role !== "assistant") return [message];
  const content = message.content.filter(
    (chunk) => chunk.text !== "" && (chunk.type === "text" || rules.keepsThinking),
  );
  return content.length === 0 && message.toolCalls.length === 0 ? [] : [{ ...message, content }];
}

function hasText(content: readonly ContentChunk[]): boolean {
  return content.some((chunk) => chunk.text !== "");
}

function systemFirst(messages: readonly NormalizedMessage[]): readonly NormalizedMessage[] {
  const content = messages.flatMap((message) => (message.role === "system" ? [message.content] : []));
  if (content.length === 0) return messages;
  const system: SystemMessage = { role: "system", content: joinContent(content) };
  return [system, ...messages.filter((message) => message.role !== "system")];
}

/** Texts that meet at a border are one text with a blank line between; thoughts stay apart. */
export function joinContent(contents: readonly (readonly ContentChunk[])[]): readonly ContentChunk[] {
  const joined: ContentChunk[] = [];
  for (const content of contents) {
    for (const [position, chunk] of content.entries()) {
      const last = joined.at(-1);
      if (position === 0 && last?.type === "text" && chunk.type === "text") {
        joined[joined.length - 1] = { type: "text", text: last.text + SEPARATOR + chunk.text };
      } else {
        joined.push(chunk);
      }
    }
  }
  return joined;
}

function joinNeighbours(
  messages: readonly NormalizedMessage[],
  rules: NormalizationRules,
): readonly NormalizedMessage[] {
  const joined: NormalizedMessage[] = [];
  for (const message of messages) {
    const last = joined.at(-1);
    if (last?.role === "user" && message.role === "user") {
      joined[joined.length - 1] = joinUsers(last, message);
    } else if (last?.role === "assistant" && message.role === "assistant") {
      joined[joined.length - 1] = joinAssistants(last, message);
    } else {
      joined.push(message);
    }
  }
  return rules.speaksWithCalls ? joined : joined.flatMap(wordsBeforeCalls);
}

function joinUsers(first: UserMessage, second: UserMessage): UserMessage {
  return { role: "user", text: [first.text, second.text].filter((text) => text !== "").join(SEPARATOR) };
}

function joinAssistants(first: SettledAssistant, second: SettledAssistant): SettledAssistant {
  return {
    role: "assistant",
    content: joinContent([first.content, second.content]),
    toolCalls: [...first.toolCalls, ...second.toolCalls],
    prefix: second.prefix,
  };
}

function wordsBeforeCalls(message: NormalizedMessage): readonly NormalizedMessage[] {
  if (message.role !== "assistant" || message.toolCalls.length === 0 || message.content.length === 0) return [message];
  return [
    { ...message, toolCalls: [], prefix: false },
    { ...message, content: [] },
  ];
}

/** Runs of results, each in the order of the calls before it. */
function orderResults(messages: readonly NormalizedMessage[]): readonly NormalizedMessage[] {
  let order: readonly string[] = [];
  const ordered: NormalizedMessage[] = [];
  let run: SettledResult[] = [];
  const flush = (): void => {
    ordered.push(...run.toSorted((a, b) => order.indexOf(a.callId) - order.indexOf(b.callId)));
    run = [];
  };
  for (const message of messages) {
    if (message.role === "tool") {
      run.push(message);
      continue;
    }
    flush();
    if (message.role === "assistant") order = message.toolCalls.map((call) => call.id);
    ordered.push(message);
  }
  flush();
  return ordered;
}
