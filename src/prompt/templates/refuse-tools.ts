import { TramontaneError } from "#base";
import type { Conversation } from "../conversation.ts";

/** For families without a form for tools. Errors: `capability_missing` when the conversation has tools or calls. */
export function refuseTools({ messages, tools }: Conversation): void {
  const called = messages.some((message) => message.role === "assistant" && message.toolCalls.length > 0);
  if (tools.length === 0 && !called) return;
  throw new TramontaneError("capability_missing", "Function calling is not enabled for this model", {
    field: tools.length > 0 ? "tools" : "messages",
    details: { mistralCode: 3051 },
    hint: "Choose a model whose card lists function_calling.",
  });
}
