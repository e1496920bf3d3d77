import type { Inference } from "#platform";
import { readChatModerationRequest, readModerationRequest } from "#protocol";
import type { ReadingRules } from "../reading-rules.ts";
import { accept } from "../route.ts";
import type { Answer, Exchange } from "../route.ts";

type Kind = "texts" | "conversations";

/** Scores by category. */
export function answerModerations(inference: Inference, rules: ReadingRules, kind: Kind) {
  return async (exchange: Exchange): Promise<Answer> => {
    const { value, ignored } = accept(readerOf(kind)(exchange.body, rules(exchange)), exchange);
    return { kind: "json", value: await inference.moderate(value, exchange), ignored };
  };
}

/** Scores by target and label. */
export function answerClassifications(inference: Inference, rules: ReadingRules, kind: Kind) {
  return async (exchange: Exchange): Promise<Answer> => {
    const { value, ignored } = accept(readerOf(kind)(exchange.body, rules(exchange)), exchange);
    return { kind: "json", value: await inference.classify(value, exchange), ignored };
  };
}

function readerOf(kind: Kind) {
  return kind === "texts" ? readModerationRequest : readChatModerationRequest;
}
