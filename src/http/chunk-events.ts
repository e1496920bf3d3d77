import type { AnswerStream } from "#platform";
import { DONE, encodeEvent } from "#protocol";
import type { ChatCompletionChunk, WireError } from "#protocol";
import type { EventStream } from "./route.ts";

/** Chunks as events: `data` lines only, closed by `[DONE]`, or by a chunk that says why it broke off. */
export function chunkEvents({ frame, chunks }: AnswerStream): EventStream {
  const breakOff = (error: WireError): string => {
    const chunk: ChatCompletionChunk = {
      id: frame.id,
      object: "chat.completion.chunk",
      created: frame.created,
      model: frame.model,
      choices: [{ index: 0, delta: { content: "" }, finish_reason: "error" }],
      error,
    };
    return encodeEvent(JSON.stringify(chunk));
  };
  const { id, created, model } = frame;
  const opening = JSON.stringify({ id, object: "chat.completion.chunk", created, model }).slice(0, -1);
  const encode = (chunk: ChatCompletionChunk): string => {
    const text = plainText(chunk);
    if (text === undefined) return encodeEvent(JSON.stringify(chunk));
    return `data: ${opening},"choices":[{"index":0,"delta":{"content":${JSON.stringify(text)}},"finish_reason":null}]}\n\n`;
  };
  return { items: chunks, encode, breakOff, end: DONE };
}

/** The text of a chunk that has nothing else to say, as nearly all have: the rest of it is known before. */
function plainText({ choices, usage, error }: ChatCompletionChunk): string | undefined {
  const [choice, ...others] = choices;
  if (choice === undefined || others.length > 0 || usage !== undefined || error !== undefined) return undefined;
  const { index, delta, finish_reason: reason, logprobs } = choice;
  const { content, ...more } = delta;
  if (index !== 0 || reason !== null || logprobs !== undefined || typeof content !== "string") return undefined;
  for (const _ in more) return undefined;
  return content;
}
