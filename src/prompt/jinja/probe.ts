import type { Mark, TemplateCapabilities, ThinkingProtocol, ToolCallProtocol } from "../chat-template.ts";
import type { JinjaContext } from "./jinja-context.ts";

export interface ProbeParts {
  readonly source: string;
  readonly controlTokens: readonly string[];
  readonly render: (context: JinjaContext, ending: "generation" | "open") => string;
}

/** Words that no template contains of its own. */
const WORDS = {
  system: "Qzsystem",
  user: "Qzuser",
  tool: "Qztool",
  key: "Qzkey",
  value: "Qzvalue",
  result: "Qzresult",
};

/** Whether the simplest conversation comes through. */
export function canAsk(parts: ProbeParts): boolean {
  return attempt(parts, [user]).includes(WORDS.user);
}

/** Learns what a foreign template can express by rendering small conversations and looking at what comes out. */
export function probeCapabilities(parts: ProbeParts): Omit<TemplateCapabilities, "infill"> {
  return {
    system: attempt(parts, [system, user]).includes(WORDS.system),
    toolCalls: probeToolCalls(parts),
    thinking: probeThinking(parts),
    reasoningEffort: parts.source.includes("enable_thinking") || parts.source.includes("reasoning_effort"),
  };
}

const system = { role: "system", content: WORDS.system };
const user = { role: "user", content: WORDS.user };
const call = {
  id: "Qzcallid0",
  type: "function",
  function: { name: WORDS.tool, arguments: { [WORDS.key]: WORDS.value } },
};
const turnWithCall = [
  user,
  { role: "assistant", content: "", tool_calls: [call] },
  { role: "tool", name: WORDS.tool, tool_call_id: call.id, content: WORDS.result },
];
const tool = {
  type: "function",
  function: {
    name: WORDS.tool,
    description: WORDS.tool,
    parameters: { type: "object", properties: { [WORDS.key]: { type: "string" } } },
  },
};

/** The rendered text; empty when the template refuses. */
function attempt(parts: ProbeParts, messages: JinjaContext["messages"], tools?: readonly unknown[]): string {
  try {
    return parts.render({ messages, tools, settings: {} }, "generation");
  } catch {
    return "";
  }
}

function probeToolCalls(parts: ProbeParts): ToolCallProtocol | undefined {
  const shown = attempt(parts, [user], [tool]).includes(WORDS.tool);
  const rendered = attempt(parts, turnWithCall, [tool]);
  if (!shown || !rendered.includes(WORDS.result)) return undefined;
  const dense = rendered.replaceAll(/\s/gu, "");
  const args = `{"${WORDS.key}":"${WORDS.value}"}`;
  const mark = (text: string): Mark => ({ text, control: parts.controlTokens.includes(text) });
  if (dense.includes(`[TOOL_CALLS]${WORDS.tool}[CALL_ID]${call.id}[ARGS]${args}`)) {
    return { kind: "mistral-named", callIds: true };
  }
  if (dense.includes(`[TOOL_CALLS]${WORDS.tool}[ARGS]${args}`)) return { kind: "mistral-named", callIds: false };
  if (dense.includes(`[TOOL_CALLS][{"name":"${WORDS.tool}","arguments":${args},"id":"${call.id}"}]`)) {
    return { kind: "mistral-list", ids: true };
  }
  if (dense.includes(`[TOOL_CALLS][{"name":"${WORDS.tool}","arguments":${args}}]`)) {
    return { kind: "mistral-list", ids: false };
  }
  if (dense.includes(`<tool_call>{"name":"${WORDS.tool}","arguments":${args}}</tool_call>`)) {
    return { kind: "marked-json", open: mark("<tool_call>"), close: mark("</tool_call>") };
  }
  return dense.includes(`{"name":"${WORDS.tool}","parameters":${args}}`) ? { kind: "bare-json" } : undefined;
}

function probeThinking(parts: ProbeParts): ThinkingProtocol | undefined {
  const pair = [
    ["<think>", "</think>"],
    ["[THINK]", "[/THINK]"],
  ].find(([, close]) => close !== undefined && parts.source.includes(close));
  const [open, close] = pair ?? [];
  if (open === undefined || close === undefined) return undefined;
  const mark = (text: string): Mark => ({ text, control: parts.controlTokens.includes(text) });
  const startsOpen = attempt(parts, [user]).trimEnd().endsWith(open);
  return { open: mark(open), close: mark(close), startsOpen, padded: open === "<think>" };
}
