import type { ChatMessage, FunctionTool } from "#protocol";
import { textContent } from "./conversation.ts";
import type { ContentChunk, Conversation, Message } from "./conversation.ts";

/** The parts of a chat request that reach the prompt. */
export interface ConversationSource {
  readonly messages: readonly ChatMessage[];
  /** The tools the model may see; empty when the caller forbids their use. */
  readonly tools: readonly FunctionTool[];
  readonly reasoningEffort?: "none" | "high" | undefined;
  readonly strict?: boolean | undefined;
}

/** A chat request's words as a conversation for the templates. */
export function readConversation({ messages, tools, reasoningEffort, strict }: ConversationSource): Conversation {
  return {
    messages: messages.map(readMessage),
    tools: tools.map(({ name, description, parameters }) => ({ name, description, parameters })),
    ...(reasoningEffort === undefined ? {} : { reasoningEffort }),
    ...(strict === undefined ? {} : { strict }),
  };
}

function readMessage(message: ChatMessage): Message {
  switch (message.role) {
    case "system":
      return { role: "system", content: textContent(message.content) };
    case "user":
      return { role: "user", text: message.content };
    case "tool":
      return { role: "tool", callId: message.toolCallId, name: message.name, text: message.content };
    case "assistant": {
      const thought: readonly ContentChunk[] =
        message.thinking === undefined ? [] : [{ type: "thinking", text: message.thinking, closed: true }];
      return {
        role: "assistant",
        content: [...thought, { type: "text", text: message.content }],
        toolCalls: message.toolCalls.map((call) => ({ id: call.id, name: call.name, argumentsJson: call.arguments })),
        prefix: message.prefix,
      };
    }
  }
}
