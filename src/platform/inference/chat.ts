import { TramontaneError } from "#base";
import { createCallId } from "#prompt";
import type { AnswerReaderParts, ChatTemplate, Conversation, RenderedPrompt } from "#prompt";
import type { ChatMessage, ChatRequest } from "#protocol";
import type { Deployment } from "../deployment.ts";
import { RemoteDeployment } from "../upstream/remote-deployment.ts";
import { answerForm } from "./answer-form.ts";
import type { Call } from "./call.ts";
import type { InferenceContext, InferenceParts, StartedTurn } from "./inference.ts";
import { startRemoteChat } from "./remote-chat.ts";
import { resolve } from "./resolve.ts";
import { SAFE_PROMPT } from "./safe-prompt.ts";
import { startTurn } from "./start-turn.ts";
import type { TurnPlan } from "./start-turn.ts";
import { userTextsOf } from "./under-policy.ts";

/** Starts answering a conversation. Errors: `invalid_model`, `capability_missing`, those of the form, template and gate. */
export async function startChat(parts: InferenceContext, request: ChatRequest, call: Call): Promise<StartedTurn> {
  const deployment = await resolve(parts, { model: request.model, operation: "chat" }, call);
  if (deployment instanceof RemoteDeployment) {
    const { messages } = request;
    const asked = request.safePrompt ? { ...request, messages: [...safePrompt(request), ...messages] } : request;
    return await startRemoteChat(parts, asked, call, deployment);
  }
  return await startLocalChat(parts, request, call, deployment);
}

async function startLocalChat(
  parts: InferenceContext,
  request: ChatRequest,
  call: Call,
  deployment: Deployment,
): Promise<StartedTurn> {
  const loaded = await deployment.loaded();
  const { template } = loaded;
  checkReasoning(request, template, call);
  const form = await answerForm(request, template, (source) => parts.forms.check(source, call.caller.workspaceId));
  const rendered = template.render(toConversation(request, template));
  const { prefix, dropsFirstSpace } = rendered;
  if (form.ignored.length > 0) call.reportIgnored?.(form.ignored);
  const { model, sampling, choices, maxTokens, minTokens, logprobs, prediction, stream } = request;
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
    stream,
    constraint: form.constraint,
    compileMs: form.compileMs,
    closing: call.closing ?? parts.closing,
    stop: stopOf(request, template),
    userTexts: userTextsOf(request.messages),
    guardrails: request.guardrails,
  };
  return startTurn(parts, plan, call);
}

function toConversation(request: ChatRequest, template: ChatTemplate): Conversation {
  const { toolChoice, tools, wantsReasoning } = request;
  const canSetEffort = template.capabilities.reasoningEffort && wantsReasoning !== undefined;
  return {
    messages: [...instructions(request), ...request.messages],
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

/** Stop texts have no place in an answer that can only be calls. */
function stopOf({ tools, toolChoice, stop }: ChatRequest, template: ChatTemplate): readonly string[] {
  const mustCall = tools.length > 0 && (toolChoice.kind === "any" || toolChoice.kind === "named");
  return [...(mustCall ? [] : stop), ...template.stop];
}

/** What the server itself says before the conversation. */
function instructions(request: ChatRequest): readonly ChatMessage[] {
  const { responseFormat } = request;
  if (responseFormat.kind !== "json_schema") return safePrompt(request);
  const schema = JSON.stringify(responseFormat.schema);
  return [...safePrompt(request), systemMessage(`Answer in JSON that fits this schema:\n${schema}`)];
}

function safePrompt(request: ChatRequest): readonly ChatMessage[] {
  return request.safePrompt ? [systemMessage(SAFE_PROMPT)] : [];
}

function systemMessage(text: string): ChatMessage {
  return { role: "system", content: [{ type: "text", text }] };
}
