import { randomUUID } from "node:crypto";
import { TramontaneError } from "#base";
import type { AnswerChunk, AppModel, ChatMessage, ChatRequest } from "#protocol";
import type { Catalog } from "../catalog.ts";
import type { Deployment } from "../deployment.ts";
import type { Call } from "../inference/call.ts";
import type { AnswerStream, Inference } from "../inference/inference.ts";
import type { Caller } from "../tenancy/caller.ts";
import type { AnswerCall, AnswerEvent, Answerer, AnswerMessage, AnswerRequest } from "./answerer.ts";
import type { ModelOffers } from "../pull/model-offers.ts";
import type { AnswerPrices } from "./answer-prices.ts";
import { withFiles } from "./fit-files.ts";
import type { RankPassages } from "./fit-files.ts";
import type { PassageRanker } from "./passage-ranker.ts";

/** An answer stops here and offers to go on; without a bound a small model may never stop. */
const MAX_ANSWER_TOKENS = 4096;
/** What is tried where a budget has no room for that many: a shorter answer, which can be continued, before none. */
const SHORTER_ANSWERS = [1024, 256];

export interface InferenceAnswererParts {
  readonly inference: Inference;
  readonly catalog: Catalog;
  readonly prices: Pick<AnswerPrices, "of" | "costOf">;
  /** Chooses what is told of a file that is too long. */
  readonly ranker: Pick<PassageRanker, "rank">;
  /** What could be served too. */
  readonly offers?: Pick<ModelOffers, "list"> | undefined;
}

/** Answers chats with the use case that serves the API: same limits, same metering, no second way to a model. */
export class InferenceAnswerer implements Answerer {
  readonly #parts: InferenceAnswererParts;

  constructor(parts: InferenceAnswererParts) {
    this.#parts = parts;
  }

  async models(caller: Caller): Promise<readonly AppModel[]> {
    const { catalog, prices } = this.#parts;
    const offered = catalog.deployments.filter(({ spec }) => spec.serves.chat && (caller.models?.has(spec.id) ?? true));
    const ids = offered.map(({ spec }) => spec.id);
    const priced = await prices.of(caller.organizationId, ids);
    const served = offered.map((deployment) => {
      const price = priced.get(deployment.spec.id);
      return { ...toAppModel(deployment), ...(price ? { price } : {}) };
    });
    return caller.models === undefined ? [...served, ...this.#deployable()] : served;
  }

  async *answer(request: AnswerRequest, signal: AbortSignal): AsyncGenerator<AnswerEvent> {
    let writtenTokens = 0;
    let toldTokens = 0;
    const call = {
      requestId: randomUUID(),
      caller: request.caller,
      dialect: "mistral" as const,
      channel: "app" as const,
      signal,
      reportTokens: (tokens: number) => void (writtenTokens = tokens),
      ...(request.onWait ? { reportPlace: placeTeller(request.onWait) } : {}),
    };
    const begun = this.#toChatRequest(request, call).then((asked) => this.#begin(asked, call));
    const { chunks } = await this.#whileLoading(request, begun);
    // The wire gives a prefix back as the beginning of the answer; the conversation has it already.
    let echoed = request.prefix.length;
    const calls: AnswerCall[] = [];
    let finished: Extract<AnswerEvent, { type: "finished" }> | undefined;
    for await (const some of chunks) {
      for (const { choices, usage, policy } of some) {
        const [choice] = choices;
        const thought = thoughtsOf(choice?.delta.content ?? "");
        if (thought !== "") yield { type: "thought", text: thought };
        for (const { id, function: called } of choice?.delta.tool_calls ?? [])
          calls.push({ id, name: called.name, arguments: called.arguments });
        const content = wordsOf(choice?.delta.content ?? "");
        const text = content.slice(echoed);
        echoed = Math.max(0, echoed - content.length);
        if (text !== "") {
          yield { type: "text", text, tokens: writtenTokens - toldTokens };
          toldTokens = writtenTokens;
        }
        for (const notice of policy ?? []) yield { type: "policy", notice };
        if (!choice?.finish_reason) continue;
        finished = {
          type: "finished",
          reason: reasonOf(choice.finish_reason),
          calls: choice.finish_reason === "tool_calls" ? calls : [],
          promptTokens: usage?.prompt_tokens ?? 0,
          completionTokens: usage?.completion_tokens ?? 0,
        };
      }
    }
    if (!finished) return;
    const cost = await this.#parts.prices.costOf(request.caller.organizationId, call.requestId);
    yield cost ? { ...finished, cost } : finished;
  }

  /** Tells how far the model is loaded, for as long as it loads. */
  async #whileLoading<Result>({ model, onWait }: AnswerRequest, begun: Promise<Result>): Promise<Result> {
    const deployment = this.#parts.catalog.find(model);
    if (!deployment || !onWait || deployment.state === "ready") return begun;
    const tell = () =>
      deployment.state === "loading" && onWait({ kind: "loading", fraction: deployment.loadedFraction });
    const timer = setInterval(tell, LOADING_MS);
    return begun.finally(() => clearInterval(timer));
  }

  #deployable(): AppModel[] {
    const offers = this.#parts.offers?.list() ?? [];
    return offers
      .filter(({ source, fits }) => source === "hub" && fits)
      .map(({ id, contextTokens, capabilities: { tools, json, vision } }) => {
        const capabilities = { tools, json, vision };
        return { id, contextTokens, capabilities, ready: false, canBeDeployed: true };
      });
  }

  /** A budget is asked for the whole length an answer may have; what is left of it bounds that length. */
  async #begin(request: ChatRequest, call: Call): Promise<AnswerStream> {
    for (const maxTokens of [MAX_ANSWER_TOKENS, ...SHORTER_ANSWERS]) {
      try {
        return await this.#parts.inference.streamChat({ ...request, maxTokens }, call);
      } catch (error) {
        const isLast = maxTokens === SHORTER_ANSWERS.at(-1);
        if (isLast || !(error instanceof TramontaneError && error.code === "budget_exceeded")) throw error;
      }
    }
    throw new TramontaneError("budget_exceeded", "Nothing is left of the budget.");
  }

  async #toChatRequest(request: AnswerRequest, call: Call): Promise<ChatRequest> {
    const deployment = this.#parts.catalog.find(request.model);
    const contextTokens = deployment?.current?.engine.info.contextTokens ?? deployment?.spec.contextTokens ?? 0;
    const characters = Math.floor(contextTokens * FILE_CHARACTERS);
    const rank: RankPassages = (passages, question) => this.#parts.ranker.rank(passages, question, call);
    const messages: ChatMessage[] = [];
    for (const message of request.messages) messages.push(await toMessage(message, characters, rank));
    return toChatRequest(request, messages);
  }
}

function placeTeller(onWait: NonNullable<AnswerRequest["onWait"]>): NonNullable<Call["reportPlace"]> {
  return ({ position, waitMs }) => onWait({ kind: "line", position, ...(waitMs === undefined ? {} : { waitMs }) });
}

/** How often one is told how far a model is loaded. */
const LOADING_MS = 250;
/** Characters of a message's files per token of the window: about half of it, for most languages. */
const FILE_CHARACTERS = 1.6;

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

function toChatRequest({ model, prefix, schema, tools }: AnswerRequest, messages: readonly ChatMessage[]): ChatRequest {
  const begun: ChatMessage[] =
    prefix === ""
      ? []
      : [{ role: "assistant", content: [{ type: "text", text: prefix }], toolCalls: [], prefix: true }];
  return {
    model,
    messages: [...messages, ...begun],
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
    tools,
    toolChoice: { kind: tools.length > 0 ? "auto" : "none" },
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

async function toMessage(message: AnswerMessage, fileCharacters: number, rank: RankPassages): Promise<ChatMessage> {
  const { content: text } = message;
  if (message.role === "user") return { role: "user", text: await withFiles(message, fileCharacters, rank) };
  if (message.role === "tool") return { role: "tool", callId: message.callId, name: message.name, text };
  const toolCalls = (message.calls ?? []).map(({ id, name, arguments: json }) => ({ id, name, argumentsJson: json }));
  // A call may stand alone; an answer without one is never without a text.
  const content = text === "" && toolCalls.length > 0 ? [] : [{ type: "text" as const, text }];
  return { role: "assistant", content, toolCalls, prefix: false };
}

function thoughtsOf(content: string | readonly AnswerChunk[]): string {
  if (typeof content === "string") return "";
  return content.flatMap((chunk) => (chunk.type === "thinking" ? chunk.thinking.map(({ text }) => text) : [])).join("");
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
