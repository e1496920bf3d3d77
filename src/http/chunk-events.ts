import type { AnswerStream } from "#platform";
import { DONE, encodeEvent } from "#protocol";
import type { ChatCompletionChunk, WireError } from "#protocol";
import type { EventStream, Exchange } from "./route.ts";

/** Chunks as events: `data` lines only, closed by `[DONE]`, or by a chunk that says why it broke off. */
export function chunkEvents({ frame, chunks }: AnswerStream): EventStream {
  const breakOff = (error: WireError): string => brokenChunk(frame, error);
  const { id, created, model } = frame;
  const opening = JSON.stringify({ id, object: "chat.completion.chunk", created, model }).slice(0, -1);
  const encode = (chunk: ChatCompletionChunk): string => {
    const text = plainText(chunk);
    if (text === undefined) return encodeEvent(JSON.stringify(chunk));
    return `data: ${opening},"choices":[{"index":0,"delta":{"content":${JSON.stringify(text)}},"finish_reason":null}]}\n\n`;
  };
  return { items: chunks, encode, breakOff, end: DONE };
}

export type Frame = Pick<ChatCompletionChunk, "id" | "created" | "model">;

function brokenChunk({ id, created, model }: Frame, error: WireError): string {
  const choices = [{ index: 0, delta: { content: "" }, finish_reason: "error" as const }];
  const chunk: ChatCompletionChunk = { id, object: "chat.completion.chunk", created, model, choices, error };
  return encodeEvent(JSON.stringify(chunk));
}

/** The only chunk of an answer that broke before it began. */
export function brokenAnswer(error: WireError, exchange: Exchange): string {
  return brokenChunk(frameOf(exchange), error);
}

/** What the chunks of an answer have in common, when it never came to be one. */
export function frameOf({ requestId, body }: Exchange): Frame {
  const id = requestId.replaceAll("-", "");
  // A request's id begins with when it came, in milliseconds.
  const created = Math.floor(Number.parseInt(id.slice(0, 12), 16) / 1000);
  const { model } = body as { readonly model?: unknown };
  return { id, created, model: typeof model === "string" ? model : "" };
}

/** The text of a chunk that has nothing else to say, as nearly all have: the rest of it is known before. */
function plainText({ choices, usage, error }: ChatCompletionChunk): string | undefined {
  const [choice] = choices;
  if (choice === undefined || choices.length > 1 || usage !== undefined || error !== undefined) return undefined;
  const { index, delta, finish_reason: reason, logprobs } = choice;
  const { content } = delta;
  if (index !== 0 || reason !== null || logprobs !== undefined || typeof content !== "string") return undefined;
  for (const name in delta) if (name !== "content") return undefined;
  return content;
}
