import { TramontaneError } from "#base";
import type { ChatMessage, ChatRequest } from "#protocol";
import type { Call } from "./call.ts";
import type { InferenceParts, StartedTurn } from "./inference.ts";
import { resolve } from "./resolve.ts";
import { SAFE_PROMPT } from "./safe-prompt.ts";
import { startTurn } from "./start-turn.ts";

/** Starts answering a conversation. Errors: `invalid_model`, `capability_missing`, those of the template and the gate. */
export async function startChat(parts: InferenceParts, request: ChatRequest, call: Call): Promise<StartedTurn> {
  const deployment = resolve(parts.catalog, { model: request.model, operation: "chat" }, call);
  refuseWhatIsMissing(request, call);
  const loaded = await deployment.loaded();
  const {
    parts: prompt,
    prefix,
    dropsFirstSpace,
  } = loaded.template.render({
    messages: request.safePrompt ? withSafePrompt(request.messages) : request.messages,
    tools: request.toolChoice.kind === "none" ? [] : request.tools,
  });
  const { model, sampling, choices, maxTokens, minTokens, stop, logprobs, prediction } = request;
  const stops = [...stop, ...loaded.template.stop];
  const wishes = { sampling, choices, maxTokens, minTokens, stop: stops, logprobs, prediction };
  return startTurn(
    parts,
    { operation: "chat", model, deployment, loaded, prompt, prefix, dropsFirstSpace, ...wishes },
    call,
  );
}

function refuseWhatIsMissing(request: ChatRequest, call: Call): void {
  const offersTools = request.tools.length > 0 && request.toolChoice.kind !== "none";
  if (offersTools) throw notYet("Tool calls", "tools");
  if (request.responseFormat.kind !== "text") throw notYet("JSON modes", "response_format");
  if (request.wantsGuardrails) throw notYet("Guardrails", "guardrails");
  // OpenAI's clients send an effort to every model; Mistral's mean it.
  if (request.wantsReasoning && call.dialect !== "openai") {
    throw new TramontaneError("capability_missing", "reasoning_effort is not enabled for this model", {
      field: "reasoning_effort",
    });
  }
}

function notYet(what: string, field: string): TramontaneError {
  return new TramontaneError("not_available_yet", `${what} are not available yet`, { field });
}

function withSafePrompt(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  return [{ role: "system", content: [{ type: "text", text: SAFE_PROMPT }] }, ...messages];
}
