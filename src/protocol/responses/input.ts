import { refuse } from "../refusal.ts";
import type { Reading } from "../refusal.ts";
import type { InputItem, WireResponsesRequest } from "./schema.ts";

interface Call {
  readonly id: string;
  readonly type: "function";
  readonly function: { readonly name: string; readonly arguments: string };
}

/** The items of a Responses request as chat messages; neighbouring calls become one assistant message. */
export function translateInput({ input, instructions }: WireResponsesRequest): Reading<readonly unknown[]> {
  const messages: unknown[] = instructions ? [{ role: "system", content: instructions }] : [];
  if (typeof input === "string") messages.push({ role: "user", content: input });
  const items = typeof input === "string" ? [] : input;
  let calls: Call[] | undefined;
  for (const [index, item] of items.entries()) {
    if (item.type === "item_reference") {
      const field = `input[${index}]`;
      return refuse(
        "invalid_request",
        "'item_reference' needs stored responses, which this server does not keep",
        field,
      );
    }
    if (item.type === "function_call") {
      const call: Call = {
        id: item.call_id,
        type: "function",
        function: { name: item.name, arguments: item.arguments },
      };
      if (calls) calls.push(call);
      else messages.push({ role: "assistant", content: "", tool_calls: (calls = [call]) });
      continue;
    }
    // Thoughts of earlier turns are not replayed, and do not part the calls around them.
    if (item.type === "reasoning") continue;
    calls = undefined;
    messages.push(translateMessage(item));
  }
  return { ok: true, value: messages, ignored: [] };
}

type MessageItem = Extract<InputItem, { role: string } | { type: "function_call_output" }>;

function translateMessage(item: MessageItem): unknown {
  if (item.type === "function_call_output") {
    return { role: "tool", tool_call_id: item.call_id, content: translateContent(item.output) };
  }
  return { role: item.role, content: translateContent(item.content) };
}

function translateContent(content: Extract<InputItem, { role: string }>["content"]): unknown {
  if (typeof content === "string") return content;
  return content.map((part) => ("text" in part ? { type: "text", text: part.text } : part));
}
