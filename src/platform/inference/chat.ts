import { TramontaneError } from "#base";
import { createCallId } from "#prompt";
import type { AnswerReaderParts, ChatTemplate, Conversation, RenderedPrompt } from "#prompt";
import type { ChatMessage, ChatRequest } from "#protocol";
import { RemoteDeployment } from "../upstream/remote-deployment.ts";
import type { Call } from "./call.ts";
import type { InferenceParts, StartedTurn } from "./inference.ts";
import { startRemoteChat } from "./remote-chat.ts";
import { resolve } from "./resolve.ts";
import { SAFE_PROMPT } from "./safe-prompt.ts";
import { startTurn } from "./start-turn.ts";
import type { TurnPlan } from "./start-turn.ts";

/** Starts answering a conversation. Errors: `invalid_model`, `capability_missing`, those of the template and the gate. */
export async function startChat(parts: InferenceParts, request: ChatRequest, call: Call): Promise<StartedTurn> {
  const deployment = resolve(parts.catalog, { model: request.model, operation: "chat" }, call);
  if (deployment instanceof RemoteDeployment) {
    const messages = request.safePrompt ? withSafePrompt(request.messages) : request.messages;
    return await startRemoteChat(parts, { ...request, messages }, call, deployment);
  }
  refuseWhatIsMissing(request);
  const loaded = await deployment.loaded();
  const { template } = loaded;
  checkReasoning(request, template, call);
  const rendered = template.render(toConversation(request, template));
  const { prefix, dropsFirstSpace } = rendered;
  const { model, sampling, choices, maxTokens, minTokens, logprobs, prediction } = request;
  const plan: TurnPlan = {
    operation: "chat",
    model,
    deployment,
    loaded,
    prompt: rendered.parts,
    prefix,
    dropsFirstSpace,
    reading: readingOf(parts, request, rendered, template),
    sampling,
    choices,
    maxTokens,
    minTokens,
    logprobs,
    prediction,
    stop: [...request.stop, ...template.stop],
  };
  return startTurn(parts, plan, call);
}

function toConversation(request: ChatRequest, template: ChatTemplate): Conversation {
  const { toolChoice, tools, wantsReasoning } = request;
  const canSetEffort = template.capabilities.reasoningEffort && wantsReasoning !== undefined;
  return {
    messages: request.safePrompt ? withSafePrompt(request.messages) : request.messages,
    tools: toolChoice.kind === "none" ? [] : tools,
    ...(canSetEffort ? { reasoningEffort: wantsReasoning ? "high" : "none" } : {}),
  };
}

/** How to take the answer apart; undefined where it can only be words. */
function readingOf(
  { random }: InferenceParts,
  { tools, toolChoice }: ChatRequest,
  { dropsFirstSpace }: RenderedPrompt,
  { capabilities }: ChatTemplate,
): AnswerReaderParts | undefined {
  const toolCalls = tools.length > 0 && toolChoice.kind !== "none" ? capabilities.toolCalls : undefined;
  const { thinking } = capabilities;
  if (toolCalls === undefined && thinking === undefined) return undefined;
  return { toolCalls, thinking, dropsFirstSpace, newCallId: () => createCallId(random) };
}

/** OpenAI's clients send an effort to every model; Mistral's mean it. */
function checkReasoning({ wantsReasoning }: ChatRequest, { capabilities }: ChatTemplate, { dialect }: Call): void {
  if (!wantsReasoning || capabilities.thinking || dialect === "openai") return;
  throw new TramontaneError("capability_missing", "reasoning_effort is not enabled for this model", {
    field: "reasoning_effort",
  });
}

function refuseWhatIsMissing(request: ChatRequest): void {
  const offersTools = request.tools.length > 0 && request.toolChoice.kind !== "none";
  if (offersTools) throw notYet("Tool calls", "tools");
  if (request.responseFormat.kind !== "text") throw notYet("JSON modes", "response_format");
  if (request.wantsGuardrails) throw notYet("Guardrails", "guardrails");
}

function notYet(what: string, field: string): TramontaneError {
  return new TramontaneError("not_available_yet", `${what} are not available yet`, { field });
}

function withSafePrompt(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  return [{ role: "system", content: [{ type: "text", text: SAFE_PROMPT }] }, ...messages];
}
