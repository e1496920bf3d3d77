import { TramontaneError } from "#base";
import { readChatRequest } from "#protocol";
import type { ChatRequest, CompletionArgs, ConversationEntry } from "#protocol";
import type { Call } from "../inference/call.ts";
import { DOCUMENT_TOOL } from "./document-tool.ts";

/** Who answers and how, for every turn of a conversation. */
export interface TurnSettings {
  readonly model: string;
  readonly instructions?: string | null | undefined;
  readonly tools?: readonly object[] | null | undefined;
  readonly completion_args?: CompletionArgs | null | undefined;
  readonly guardrails?: readonly object[] | null | undefined;
}

interface WireMessage {
  role: string;
  content: unknown;
  tool_calls?: object[];
  tool_call_id?: string;
}

/** The chat request that continues a conversation. Tools that only a hosted service has are left out and named to the caller. */
export function turnRequest(
  settings: TurnSettings,
  entries: readonly ConversationEntry[],
  { stream, call }: { readonly stream: boolean; readonly call: Call },
): ChatRequest {
  const { model, instructions, completion_args: args, guardrails } = settings;
  const tools = functionTools(settings.tools ?? [], call, [DOCUMENT_TOOL]);
  const system = instructions ? [{ role: "system", content: instructions }] : [];
  const body = {
    ...args,
    model,
    messages: [...system, ...toMessages(entries)],
    ...(guardrails ? { guardrails } : {}),
    ...(tools.length > 0 ? { tools } : { tool_choice: undefined }),
    stream,
  };
  const reading = readChatRequest(body, { unknownFields: "reject" });
  if (reading.ok) return reading.value;
  const { code, message, field, detail } = reading.refusal;
  throw new TramontaneError(code, message, {
    ...(field === undefined ? {} : { field }),
    ...(detail === undefined ? {} : { details: { detail } }),
  });
}

/** Functions; the others are reported, but for those that somebody else takes care of. */
export function functionTools(tools: readonly object[], call: Call, others: readonly string[] = []): readonly object[] {
  const isFunction = (tool: object): boolean =>
    "function" in tool && tool.function !== null && tool.function !== undefined;
  const isOther = (tool: object): boolean => "type" in tool && others.includes(String(tool.type));
  const ignored = tools.flatMap((tool, index) => (isFunction(tool) || isOther(tool) ? [] : [`tools[${index}]`]));
  if (ignored.length > 0) call.reportIgnored?.(ignored);
  return tools.filter(isFunction);
}

/** What an answer leaned on is for its readers, not for the model. */
function withoutReferences(content: unknown): unknown {
  if (!Array.isArray(content)) return content;
  return (content as { type?: unknown }[]).filter(({ type }) => type !== "tool_reference");
}

/** Calls join the assistant's message before them. */
function toMessages(entries: readonly ConversationEntry[]): WireMessage[] {
  const messages: WireMessage[] = [];
  for (const entry of entries) {
    switch (entry.type) {
      case "message.input":
        messages.push({ role: entry.role, content: entry.content });
        break;
      case "message.output":
        messages.push({ role: "assistant", content: withoutReferences(entry.content) });
        break;
      case "function.result":
        messages.push({ role: "tool", tool_call_id: entry.tool_call_id, content: entry.result });
        break;
      case "function.call": {
        const told = {
          id: entry.tool_call_id,
          type: "function",
          function: { name: entry.name, arguments: entry.arguments },
        };
        const last = messages.at(-1);
        if (last?.role === "assistant") last.tool_calls = [...(last.tool_calls ?? []), told];
        else messages.push({ role: "assistant", content: "", tool_calls: [told] });
      }
    }
  }
  return messages;
}
