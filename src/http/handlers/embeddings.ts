import type { Inference } from "#platform";
import { readEmbeddingRequest } from "#protocol";
import type { ReadingRules } from "../reading-rules.ts";
import { accept } from "../route.ts";
import type { Answer, Exchange } from "../route.ts";

export function answerEmbeddings(inference: Inference, rules: ReadingRules) {
  return async (exchange: Exchange): Promise<Answer> => {
    const { value, ignored } = accept(readEmbeddingRequest(exchange.body, rules(exchange)), exchange);
    return { kind: "json", value: await inference.embed(value, exchange), ignored };
  };
}
