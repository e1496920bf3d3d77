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
  return { items: chunks, encode: (chunk) => encodeEvent(JSON.stringify(chunk)), breakOff, end: DONE };
}
