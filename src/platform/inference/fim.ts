import type { FimRequest } from "#protocol";
import type { Call } from "./call.ts";
import type { InferenceContext, StartedTurn } from "./inference.ts";
import { resolve } from "./resolve.ts";
import { startTurn } from "./start-turn.ts";

/** Starts filling a gap in code. Errors: `invalid_model`, `capability_missing`, those of the gate. */
export async function startFim(parts: InferenceContext, request: FimRequest, call: Call): Promise<StartedTurn> {
  const deployment = await resolve(parts, { model: request.model, operation: "fim" }, call);
  const loaded = await deployment.loaded();
  const { parts: prompt } = loaded.template.renderInfill({ before: request.prompt, after: request.suffix });
  const { model, sampling, maxTokens, minTokens, stop, stream } = request;
  // What fills a gap is code: a space at its beginning counts, and control tokens in it mean nothing.
  const format = { prefix: undefined, dropsFirstSpace: false, reading: undefined, constraint: undefined };
  const wishes = {
    sampling,
    maxTokens,
    minTokens,
    stop,
    stream,
    choices: 1,
    logprobs: undefined,
    prediction: undefined,
  };
  const asked = { prompt, userTexts: [`${request.prompt}\n${request.suffix}`], guardrails: [] };
  return startTurn(parts, { operation: "fim", model, deployment, loaded, ...asked, ...format, ...wishes }, call);
}
