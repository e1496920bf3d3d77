import type { Inference } from "#platform";
import { encodeEvent, readResponsesRequest, ResponseEvents, toResponse } from "#protocol";
import type { ResponseEvent, ResponsesRequest, WireError } from "#protocol";
import type { ReadingRules } from "../reading-rules.ts";
import { accept } from "../route.ts";
import type { Answer, EventStream, Exchange } from "../route.ts";

/** OpenAI's Responses, as a form of chat that keeps nothing. */
export function answerResponses(inference: Inference, rules: ReadingRules) {
  return async (exchange: Exchange): Promise<Answer> => {
    const { value, ignored } = accept(readResponsesRequest(exchange.body, rules(exchange)), exchange);
    // Whoever comes through this door speaks OpenAI's dialect.
    const call: Exchange = { ...exchange, dialect: "openai" };
    if (value.chat.stream) return { kind: "events", stream: await streamResponse(inference, value, call), ignored };
    return { kind: "json", value: toResponse(await inference.chat(value.chat, call), value.wire), ignored };
  };
}

/** The only event of a response that broke before it began. */
export function brokenResponse({ code, message, param }: WireError): string {
  const type = "error";
  return encodeEvent(JSON.stringify({ type, sequence_number: 0, code, message, param }), type);
}

async function streamResponse(
  inference: Inference,
  { chat, wire }: ResponsesRequest,
  call: Exchange,
): Promise<EventStream<ResponseEvent>> {
  const { frame, chunks } = await inference.streamChat(chat, call);
  const events = new ResponseEvents({ id: frame.id, created: frame.created, request: wire });
  const encode = (event: ResponseEvent): string => encodeEvent(JSON.stringify(event), event.type);
  return { items: events.read(chunks), encode, breakOff: (error) => encode(events.failed(error)), end: "" };
}
