import type { Inference } from "#platform";
import { readFimRequest } from "#protocol";
import { chunkEvents } from "../chunk-events.ts";
import type { ReadingRules } from "../reading-rules.ts";
import { accept } from "../route.ts";
import type { Answer, Exchange } from "../route.ts";

/** Fill in the middle, streamed or whole. */
export function answerFim(inference: Inference, rules: ReadingRules) {
  return async (exchange: Exchange): Promise<Answer> => {
    const { value, ignored } = accept(readFimRequest(exchange.body, rules(exchange)), exchange);
    if (!value.stream) return { kind: "json", value: await inference.fim(value, exchange), ignored };
    return { kind: "events", stream: chunkEvents(await inference.streamFim(value, exchange)), ignored };
  };
}
