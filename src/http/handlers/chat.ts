import type { Inference } from "#platform";
import { readChatRequest } from "#protocol";
import { chunkEvents } from "../chunk-events.ts";
import type { ReadingRules } from "../reading-rules.ts";
import { accept } from "../route.ts";
import type { Answer, Exchange } from "../route.ts";

/** Chat completions, streamed or whole. */
export function answerChat(inference: Inference, rules: ReadingRules) {
  return async (exchange: Exchange): Promise<Answer> => {
    const { value, ignored } = accept(readChatRequest(exchange.body, rules(exchange)), exchange);
    if (!value.stream) return { kind: "json", value: await inference.chat(value, exchange), ignored };
    return { kind: "events", stream: chunkEvents(await inference.streamChat(value, exchange)), ignored };
  };
}
