import { randomUUID } from "node:crypto";
import type { AnswerChunk, AppModel, ChatMessage, ChatRequest } from "#protocol";
import type { Catalog } from "../catalog.ts";
import type { Deployment } from "../deployment.ts";
import type { Inference } from "../inference/inference.ts";
import type { Caller } from "../tenancy/caller.ts";
import type { AnswerEvent, Answerer, AnswerMessage, AnswerRequest } from "./answerer.ts";

/** An answer stops here and offers to go on; without a bound a small model may never stop. */
const MAX_ANSWER_TOKENS = 4096;

/** Answers chats with the use case that serves the API: same limits, same metering, no second way to a model. */
export class InferenceAnswerer implements Answerer {
  readonly #inference: Inference;
  readonly #catalog: Catalog;

  constructor(inference: Inference, catalog: Catalog) {
    this.#inference = inference;
    this.#catalog = catalog;
  }

  async models(caller: Caller): Promise<readonly AppModel[]> {
    return this.#catalog.deployments
      .filter(({ spec }) => spec.serves.chat && (caller.models?.has(spec.id) ?? true))
      .map(toAppModel);
  }

  async *answer(request: AnswerRequest, signal: AbortSignal): AsyncGenerator<AnswerEvent> {
    const call = {
      requestId: randomUUID(),
      caller: request.caller,
      dialect: "mistral" as const,
      channel: "app" as const,
      signal,
    };
    const { chunks } = await this.#inference.streamChat(toChatRequest(request), call);
    // The wire gives a prefix back as the beginning of the answer; the conversation has it already.
    let echoed = request.prefix.length;
    for await (const { choices, usage, policy } of chunks) {
      const [choice] = choices;
      const content = wordsOf(choice?.delta.content ?? "");
      const text = content.slice(echoed);
      echoed = Math.max(0, echoed - content.length);
      if (text !== "") yield { type: "text", text, tokens: 1 };
      for (const notice of policy ?? []) yield { type: "policy", notice };
      if (!choice?.finish_reason) continue;
      yield {
        type: "finished",
        reason: reasonOf(choice.finish_reason),
        promptTokens: usage?.prompt_tokens ?? 0,
        completionTokens: usage?.completion_tokens ?? 0,
      };
    }
  }
}

function toAppModel(deployment: Deployment): AppModel {
  const { spec, current, state } = deployment;
  const card = deployment.card(spec.id);
  return {
    id: spec.id,
    ...(spec.description === undefined ? {} : { description: spec.description }),
    contextTokens: current?.engine.info.contextTokens ?? spec.contextTokens,
    capabilities: { tools: card.capabilities.function_calling, json: true, vision: card.capabilities.vision },
    // An idle model loads when it is asked.
    ready: state !== "failed",
  };
}

function toChatRequest({ model, messages, prefix, schema }: AnswerRequest): ChatRequest {
  const begun: ChatMessage[] =
    prefix === ""
      ? []
      : [{ role: "assistant", content: [{ type: "text", text: prefix }], toolCalls: [], prefix: true }];
  return {
    model,
    messages: [...messages.map(toMessage), ...begun],
    sampling: {
      temperature: undefined,
      topP: 1,
      presencePenalty: 0,
      frequencyPenalty: 0,
      logitBias: new Map(),
      seed: undefined,
    },
    maxTokens: MAX_ANSWER_TOKENS,
    minTokens: 0,
    stop: [],
    choices: 1,
    responseFormat: schema ? { kind: "json_schema", name: "answer", schema } : { kind: "text" },
    tools: [],
    toolChoice: { kind: "none" },
    parallelToolCalls: true,
    prediction: undefined,
    wantsReasoning: undefined,
    guardrails: [],
    safePrompt: false,
    logprobs: undefined,
    stream: true,
    includeUsage: false,
  };
}

function toMessage({ role, content }: AnswerMessage): ChatMessage {
  if (role === "user") return { role, text: content };
  return { role, content: [{ type: "text", text: content }], toolCalls: [], prefix: false };
}

/** What is said, without what is thought on the way. */
function wordsOf(content: string | readonly AnswerChunk[]): string {
  if (typeof content === "string") return content;
  return content.map((chunk) => (chunk.type === "text" ? chunk.text : "")).join("");
}

function reasonOf(reason: string): "stop" | "length" | "context" {
  if (reason === "length") return "length";
  return reason === "model_length" ? "context" : "stop";
}
