import { TramontaneError } from "#base";
import type { PromptPart } from "#engine";
import type { TextCompletionRequest } from "#protocol";
import type { LoadedModel } from "../deployment.ts";
import { RemoteDeployment } from "../upstream/remote-deployment.ts";
import type { Call } from "./call.ts";
import type { InferenceContext, StartedTurn } from "./inference.ts";
import { resolve } from "./resolve.ts";
import { startTurn } from "./start-turn.ts";

/**
 * Starts continuing a text as it stands, without a chat template; before a suffix it fills the gap. Errors:
 * `invalid_model`, `capability_missing`, those of the gate.
 */
export async function startText(
  parts: InferenceContext,
  request: TextCompletionRequest,
  call: Call,
): Promise<StartedTurn> {
  const operation = request.suffix === "" ? "text" : "fim";
  const deployment = await resolve(parts, { model: request.model, operation }, call);
  if (deployment instanceof RemoteDeployment) {
    const message = "Texts are only continued by models of this server; this one takes conversations";
    throw new TramontaneError("capability_missing", message, { field: "model" });
  }
  const loaded = await deployment.loaded();
  const { model, sampling, maxTokens, minTokens, stop, choices, logprobs, stream } = request;
  // The text goes on where it ends: a space at the answer's beginning counts, and control tokens in it mean nothing.
  const format = { prefix: undefined, dropsFirstSpace: false, reading: undefined, constraint: undefined };
  const wishes = { sampling, maxTokens, minTokens, stop, choices, logprobs, stream, prediction: undefined };
  const said = request.suffix === "" ? request.prompt : `${request.prompt}\n${request.suffix}`;
  const asked = { prompt: promptOf(request, loaded), userTexts: [said], guardrails: [] };
  return startTurn(parts, { operation, model, deployment, loaded, ...asked, ...format, ...wishes }, call);
}

function promptOf({ prompt, suffix }: TextCompletionRequest, { template }: LoadedModel): readonly PromptPart[] {
  if (suffix === "") return [{ kind: "text", text: prompt }];
  return template.renderInfill({ before: prompt, after: suffix }).parts;
}
