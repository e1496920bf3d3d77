import { TramontaneError } from "#base";
import type { BackendLimits } from "./backend/backend.ts";
import type { CoreRequest } from "./core.ts";

interface Situation {
  readonly limits: BackendLimits;
  readonly vocabularySize: number;
  /** Whether as many requests wait as may. */
  readonly isFull: boolean;
}

/** Why a request cannot run here at all; undefined when it can. Nothing is ever cut to fit. */
export function refusalOf(request: CoreRequest, situation: Situation): TramontaneError | undefined {
  const { limits, vocabularySize, isFull } = situation;
  const promptTokens = request.prompt.length;
  const contextTokens = Math.min(limits.contextTokens, limits.cells);
  if (promptTokens === 0) return new TramontaneError("invalid_request", "The prompt has no tokens.");
  if (request.choices < 1 || (request.maxTokens ?? 1) < 1) {
    return new TramontaneError("invalid_request", "A request asks for at least one choice of at least one token.");
  }
  if (promptTokens >= contextTokens) {
    return new TramontaneError(
      "prompt_too_long",
      `The prompt has ${promptTokens} tokens; the context holds ${contextTokens}, of which at least one is for the answer.`,
      {
        details: { promptTokens, contextTokens },
        hint: "Shorten the prompt, or load the model with a larger context.",
      },
    );
  }
  if (isFull) {
    return new TramontaneError("overloaded", "As many requests wait as may; this one was not queued.", {
      hint: "Try again after a moment.",
    });
  }
  const isUnknown = (token: number) => token < 0 || token >= vocabularySize;
  const unknown = request.prompt.find(isUnknown) ?? [...request.sampling.logitBias.keys()].find(isUnknown);
  if (unknown !== undefined) {
    return new TramontaneError("invalid_request", `Token ${unknown} is not one of the model's ${vocabularySize}.`);
  }
  return undefined;
}
