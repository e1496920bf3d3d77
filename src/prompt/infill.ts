import { TramontaneError } from "#base";
import type { InfillRequest, RenderedPrompt } from "./chat-template.ts";
import { control, glued, plain } from "./segment.ts";
import type { PromptPart } from "./segment.ts";

type InfillRenderer = (request: InfillRequest) => RenderedPrompt;

/** Finds how a model fills gaps, by the control tokens it has; undefined when it cannot. `start` goes in front. */
export function chooseInfill(
  controlTokens: readonly string[],
  start: readonly PromptPart[] = [],
): InfillRenderer | undefined {
  const has = (...tokens: string[]): boolean => tokens.every((token) => controlTokens.includes(token));
  if (has("[SUFFIX]", "[PREFIX]")) {
    return ({ before, after }) => ({
      parts: [...start, control("[SUFFIX]"), ...glued(after), control("[PREFIX]"), ...plain(before)],
      prefix: undefined,
      dropsFirstSpace: false,
    });
  }
  if (has("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>")) {
    return ({ before, after }) => ({
      parts: [
        ...start,
        control("<|fim_prefix|>"),
        ...plain(before),
        control("<|fim_suffix|>"),
        ...plain(after),
        control("<|fim_middle|>"),
      ],
      prefix: undefined,
      dropsFirstSpace: false,
    });
  }
  return undefined;
}

/** Stands in for the renderer of a model that cannot fill gaps. */
export const refuseInfill: InfillRenderer = () => {
  throw new TramontaneError("capability_missing", "This model does not support FIM", {
    details: { mistralCode: 3051 },
    hint: "Choose a model whose card lists completion_fim.",
  });
};
