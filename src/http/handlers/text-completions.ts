import type { AnswerStream, Inference } from "#platform";
import { DONE, encodeEvent, readTextCompletionRequest, toTextChunks, toTextCompletion } from "#protocol";
import type { TextCompletionChunk, WireError } from "#protocol";
import { frameOf } from "../chunk-events.ts";
import type { Frame } from "../chunk-events.ts";
import type { ReadingRules } from "../reading-rules.ts";
import { accept } from "../route.ts";
import type { Answer, EventStream, Exchange } from "../route.ts";

/** OpenAI's older completions, streamed or whole. */
export function answerTextCompletions(inference: Inference, rules: ReadingRules) {
  return async (exchange: Exchange): Promise<Answer> => {
    const { value, ignored } = accept(readTextCompletionRequest(exchange.body, rules(exchange)), exchange);
    // Whoever comes through this door speaks OpenAI's dialect.
    const call: Exchange = { ...exchange, dialect: "openai" };
    if (!value.stream)
      return { kind: "json", value: toTextCompletion(await inference.continueText(value, call)), ignored };
    return { kind: "events", stream: textEvents(await inference.streamText(value, call)), ignored };
  };
}

/** The only chunk of an answer that broke before it began. */
export function brokenText(error: WireError, exchange: Exchange): string {
  return brokenChunk(frameOf(exchange), error);
}

function textEvents({ frame, chunks }: AnswerStream): EventStream<TextCompletionChunk> {
  const encode = (chunk: TextCompletionChunk): string => encodeEvent(JSON.stringify(chunk));
  return { items: toTextChunks(chunks), encode, breakOff: (error) => brokenChunk(frame, error), end: DONE };
}

function brokenChunk({ id, created, model }: Frame, error: WireError): string {
  const choices = [{ text: "", index: 0, logprobs: null, finish_reason: "error" as const }];
  const chunk: TextCompletionChunk = { id, object: "text_completion", created, model, choices, error };
  return encodeEvent(JSON.stringify(chunk));
}
