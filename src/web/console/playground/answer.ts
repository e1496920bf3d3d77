import type { ToolCall } from "./request.ts";

/** What came back from one model, while it comes and after. */
export interface PaneAnswer {
  readonly state: "running" | "done" | "stopped" | "failed";
  readonly text: string;
  readonly thinking: string;
  readonly toolCalls: readonly ToolCall[];
  readonly fault?: unknown;
  readonly finish?: string;
  /** Every event, as received. */
  readonly raw: readonly string[];
  readonly requestId?: string;
  readonly firstMs?: number;
  readonly totalMs?: number;
  readonly promptTokens?: number;
  readonly outputTokens?: number;
  /** An exact decimal. */
  readonly cost?: string;
}

export const NO_ANSWER: PaneAnswer = { state: "running", text: "", thinking: "", toolCalls: [], raw: [] };

interface WireChunk {
  readonly choices?: readonly {
    readonly delta?: {
      readonly content?: string | readonly WirePart[] | null;
      readonly tool_calls?: readonly WireCall[] | null;
    };
    readonly finish_reason?: string | null;
  }[];
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number } | null;
  readonly error?: { readonly message?: string; readonly type?: string };
}

interface WirePart {
  readonly type: string;
  readonly text?: string;
  readonly thinking?: readonly { readonly text?: string }[];
}

interface WireCall {
  readonly index?: number;
  readonly id?: string;
  readonly function?: { readonly name?: string; readonly arguments?: string };
}

/** The answer with one more event in it. */
export function withEvent(answer: PaneAnswer, data: string, ms: number): PaneAnswer {
  const chunk = JSON.parse(data) as WireChunk;
  const choice = chunk.choices?.[0];
  const content = choice?.delta?.content ?? "";
  const parts = typeof content === "string" ? [{ type: "text", text: content }] : content;
  const text = parts.map((part) => (part.type === "text" ? (part.text ?? "") : "")).join("");
  const thinking = parts.flatMap((part: WirePart) => part.thinking?.map((piece) => piece.text ?? "") ?? []).join("");
  const calls = choice?.delta?.tool_calls ?? [];
  const isFirst = answer.firstMs === undefined && (text !== "" || thinking !== "" || calls.length > 0);
  return {
    ...answer,
    raw: [...answer.raw, data],
    text: answer.text + text,
    thinking: answer.thinking + thinking,
    toolCalls: calls.reduce(withCall, answer.toolCalls),
    ...(isFirst ? { firstMs: ms } : {}),
    ...(choice?.finish_reason ? { finish: choice.finish_reason } : {}),
    ...(chunk.usage ? { promptTokens: chunk.usage.prompt_tokens, outputTokens: chunk.usage.completion_tokens } : {}),
    ...(chunk.error ? { state: "failed" as const, fault: chunk.error } : {}),
  };
}

function withCall(calls: readonly ToolCall[], { index = 0, id, function: fn }: WireCall): readonly ToolCall[] {
  const before = calls[index];
  const call: ToolCall = {
    id: before?.id ?? id ?? String(index),
    name: (before?.name ?? "") + (fn?.name ?? ""),
    arguments: (before?.arguments ?? "") + (fn?.arguments ?? ""),
  };
  return calls.toSpliced(index, before ? 1 : 0, call);
}

/** Tokens per second after the first; undefined for answers too short to measure. */
export function speedOf({ firstMs, totalMs, outputTokens }: PaneAnswer): number | undefined {
  if (firstMs === undefined || totalMs === undefined || outputTokens === undefined) return undefined;
  return outputTokens >= 8 && totalMs > firstMs ? ((outputTokens - 1) * 1000) / (totalMs - firstMs) : undefined;
}
