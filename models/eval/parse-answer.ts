import type { ToolCall } from "../recipe/src/sample.ts";
import type { Answer } from "./scorers.ts";

/** Reads what a model wrote, control tokens included: `[TOOL_CALLS] [...]</s>` or text. */
export function parseAnswer(raw: string): Answer {
  const text = raw.replace(/<\/s>[^]*$/, "");
  if (!text.startsWith("[TOOL_CALLS]")) return { text: text.replace(/^ /, ""), toolCalls: [] };
  try {
    const list = JSON.parse(text.slice("[TOOL_CALLS]".length)) as ToolCall[];
    return { text: "", toolCalls: list.map((call) => ({ name: call.name, arguments: call.arguments })) };
  } catch {
    return { text, toolCalls: [] };
  }
}
