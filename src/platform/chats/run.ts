import { TramontaneError } from "#base";
import type { Clock, Logger } from "#base";
import type {
  AnswerFault,
  AnswerUsage,
  AnswerWait,
  AppEvent,
  MessageDetails,
  MessageStatus,
  PolicyDecision,
  PolicyNotice,
  RuleNotice,
  ToolCallView,
  UnjudgedNote,
  UnjudgedNotice,
} from "#protocol";
import type { AnswerCall, AnswerEvent, Answerer, AnswerMessage, AnswerRequest } from "./answerer.ts";
import type { ChatStore, StoredMessage } from "./chat-store.ts";
import { CallDesk } from "./call-desk.ts";
import { runChatTool } from "./chat-tools.ts";
import { roundsOf } from "./composition.ts";

/** A crash loses at most what was written since the last save. */
const SAVE_EVERY_MS = 400;
/** After so many rounds of calls the model has to answer. */
const MAX_ROUNDS = 8;

export interface RunParts {
  readonly id: string;
  readonly answer: StoredMessage;
  /** How many of the oldest messages are not in the request: a model is offered only so many. */
  readonly unoffered: number;
  /** What was asked before this answer; how it begins comes from the answer itself. */
  readonly request: Omit<AnswerRequest, "prefix">;
  /** One of the answer's calls, which is made anew before it goes on. */
  readonly again?: string | undefined;
  readonly answerer: Answerer;
  readonly store: ChatStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly publish: (event: AppEvent) => void;
}

/**
 * One answer being written. It belongs to the server: readers come and go, only `stop` ends it early. The text is saved at
 * least every 400 ms while it grows.
 */
export class Run {
  readonly id: string;
  readonly #parts: RunParts;
  readonly #abort = new AbortController();
  readonly #startedMs: number;
  readonly #calls: CallDesk;
  #text: string;
  #thinking: string;
  #tokens = 0;
  #trimmedMessages: number;
  #firstTextMs: number | undefined;
  #wait: AnswerWait | undefined;
  #savedText: string;
  #lastSaveMs: number;
  #saving: Promise<void> = Promise.resolve();
  #policy: PolicyDecision | undefined;
  #unjudged: UnjudgedNote | undefined;
  #ended: "stopped" | "interrupted" | undefined;

  constructor(parts: RunParts) {
    this.id = parts.id;
    this.#parts = parts;
    this.#text = parts.answer.content;
    this.#trimmedMessages = parts.unoffered;
    this.#thinking = parts.answer.details.thinking ?? "";
    this.#calls = new CallDesk({
      clock: parts.clock,
      run: (call) => runChatTool(call, parts.clock),
      signal: this.#abort.signal,
      asks: parts.answer.details.tools?.ask ?? false,
      made: parts.answer.details.toolCalls ?? [],
      onChange: (call) => this.#tellOfCall(call),
    });
    this.#savedText = this.#text;
    this.#startedMs = parts.clock.monotonicMs();
    this.#lastSaveMs = this.#startedMs;
  }

  get messageId(): string {
    return this.#parts.answer.id;
  }

  get conversationId(): string {
    return this.#parts.answer.conversationId;
  }

  snapshot(): AppEvent {
    const { conversationId, messageId } = this;
    const wait = this.#wait === undefined ? {} : { wait: this.#wait };
    return { type: "snapshot", runId: this.id, conversationId, messageId, ...this.#soFar(), ...wait };
  }

  #soFar(): { text: string; tokens: number; thinking: string; toolCalls: readonly ToolCallView[] } {
    return { text: this.#text, tokens: this.#tokens, thinking: this.#thinking, toolCalls: this.#calls.made };
  }

  /** Lets a call that waits for it be made, or not; false when none waits. */
  decide({ callId, approve }: { readonly callId: string; readonly approve: boolean }): boolean {
    return this.#calls.decide(callId, approve);
  }

  /** Asks the engine to stop; `execute` resolves once it has. `interrupted` is for a server that closes: nobody chose it. */
  stop(as: "stopped" | "interrupted" = "stopped"): void {
    this.#ended ??= as;
    this.#abort.abort();
  }

  /** Runs to its end, saves the result and returns it. Never rejects: a failure is a status of the message. */
  async execute(): Promise<StoredMessage> {
    try {
      const finished = await this.#generate().finally(() => this.#calls.close());
      return await this.#close(this.#ended ?? (finished ? "complete" : "interrupted"), this.#detailsOf(finished));
    } catch (error) {
      if (this.#ended) return this.#close(this.#ended, this.#detailsOf(undefined));
      const refusal = refusalIn(error);
      if (refusal) return this.#close("refused", { ...this.#detailsOf(undefined), policy: refusal });
      this.#parts.logger.log("warn", "chat_run_failed", { run: this.id, code: codeOf(error) });
      const message = error instanceof TramontaneError ? error.message : "Something failed inside the server.";
      const fault = { code: codeOf(error), message, ...this.#retryOf(error) };
      return this.#close("failed", { ...this.#detailsOf(undefined), error: fault });
    }
  }

  #retryOf(error: unknown): Pick<AnswerFault, "retryAtMs"> {
    const afterMs = error instanceof TramontaneError ? error.details["retryAfterMs"] : undefined;
    return typeof afterMs === "number" ? { retryAtMs: Math.ceil(this.#parts.clock.nowMs() + afterMs) } : {};
  }

  /** Makes the call that is wanted anew, answers, makes the calls that the answer asks for, and answers again, until it asks for none. */
  async #generate(): Promise<Finished | undefined> {
    const { request, again } = this.#parts;
    if (again !== undefined) await this.#calls.again(again);
    const { rounds, rest } = roundsOf(this.#text, this.#calls.made);
    let messages: readonly AnswerMessage[] = [...request.messages, ...rounds];
    let prefix = rest;
    let total: Finished | undefined;
    for (let round = 1; ; round += 1) {
      const from = this.#text.length;
      const tools = round > MAX_ROUNDS ? [] : request.tools;
      const answered = await this.#answerRound({ ...request, messages, prefix, tools });
      if (!answered) return undefined;
      messages = answered.messages;
      total = total ? bothOf(total, answered.finished) : answered.finished;
      // Calls are tokens too, and none of them came with a text.
      this.#tokens = total.completionTokens;
      const { calls } = answered.finished;
      if (calls.length === 0) return total;
      const said = prefix + this.#text.slice(from);
      messages = [...messages, { role: "assistant", content: said, calls }, ...(await this.#make(calls))];
      prefix = "";
    }
  }

  async #make(calls: readonly AnswerCall[]): Promise<AnswerMessage[]> {
    const results = await this.#calls.make(calls, this.#text.length);
    return results.map(({ id, name, result = "" }) => ({ role: "tool", callId: id, name, content: result }));
  }

  /** One round; when the conversation is too long for the model, again without its beginning. */
  async #answerRound(request: AnswerRequest): Promise<Round | undefined> {
    const from = this.#text.length;
    let { messages } = request;
    for (;;) {
      try {
        const finished = await this.#attempt({ ...request, messages, onWait: (wait) => this.#tellOfWait(wait) });
        return finished && { finished, messages };
      } catch (error) {
        const shorter = this.#text.length === from ? withoutOldest(messages, error) : undefined;
        if (!shorter) throw error;
        this.#trimmedMessages += messages.length - shorter.length;
        messages = shorter;
      }
    }
  }

  async #attempt(request: AnswerRequest): Promise<Finished | undefined> {
    let finished: Finished | undefined;
    for await (const event of this.#parts.answerer.answer(request, this.#abort.signal)) {
      if (event.type === "finished") finished = event;
      else if (event.type === "policy") this.#take(event.notice);
      else if (event.type === "thought") this.#think(event.text);
      else this.#write(event.text, event.tokens);
    }
    return finished;
  }

  #take(notice: PolicyNotice): void {
    if (notice.action === "unjudged") this.#unjudged ??= unjudgedOf(notice);
    else this.#policy ??= decisionOf(notice);
  }

  #tellOfWait(wait: AnswerWait): void {
    this.#wait = wait;
    this.#parts.publish({ type: "wait", runId: this.id, wait });
  }

  #write(text: string, tokens: number): void {
    this.#wait = undefined;
    const nowMs = this.#parts.clock.monotonicMs();
    this.#firstTextMs ??= nowMs;
    this.#text += text;
    this.#tokens += tokens;
    this.#parts.publish({ type: "delta", runId: this.id, text, tokens: this.#tokens });
    if (nowMs - this.#lastSaveMs >= SAVE_EVERY_MS) this.#save(nowMs);
  }

  #think(text: string): void {
    this.#wait = undefined;
    this.#thinking += text;
    this.#parts.publish({ type: "thought", runId: this.id, text });
  }

  /** Calls are kept as they are made: a restart must not make them twice. */
  #tellOfCall(call: ToolCallView): void {
    const { publish, store, logger } = this.#parts;
    publish({ type: "tool", runId: this.id, call });
    const saved = { content: this.#text, details: this.#detailsOf(undefined) };
    this.#saving = this.#saving.then(() =>
      store
        .updateMessage(this.messageId, saved)
        .catch((error: unknown) => logger.log("error", "chat_save_failed", { run: this.id, code: codeOf(error) })),
    );
  }

  /** Saves in the background, one save at a time; a save that fails is retried by the next one. */
  #save(nowMs: number): void {
    this.#lastSaveMs = nowMs;
    const { store, logger } = this.#parts;
    this.#saving = this.#saving.then(async () => {
      const text = this.#text;
      if (text === this.#savedText) return;
      try {
        await store.updateMessage(this.messageId, { content: text });
        this.#savedText = text;
      } catch (error) {
        logger.log("error", "chat_save_failed", { run: this.id, code: codeOf(error) });
      }
    });
  }

  async #close(status: MessageStatus, details: MessageDetails): Promise<StoredMessage> {
    await this.#saving;
    const final = { content: this.#text, status, details };
    await this.#parts.store.updateMessage(this.messageId, final);
    return { ...this.#parts.answer, ...final };
  }

  #detailsOf(finished: Finished | undefined): MessageDetails {
    const details: MessageDetails = {
      ...this.#parts.answer.details,
      ...(this.#policy ? { policy: this.#policy } : {}),
      ...(this.#unjudged ? { unjudged: this.#unjudged } : {}),
      ...(this.#trimmedMessages > 0 ? { trimmedMessages: this.#trimmedMessages } : {}),
      ...(this.#thinking === "" ? {} : { thinking: this.#thinking }),
      ...(this.#calls.made.length === 0 ? {} : { toolCalls: this.#calls.made }),
    };
    if (!finished) return details;
    return { ...details, finish: finished.reason, usage: this.#usageOf(finished) };
  }

  #usageOf(finished: Finished): AnswerUsage {
    const endMs = this.#parts.clock.monotonicMs();
    const firstMs = this.#firstTextMs ?? endMs;
    const decodeMs = endMs - firstMs;
    const { promptTokens, completionTokens, cost } = finished;
    return {
      promptTokens,
      completionTokens,
      timeToFirstTokenMs: Math.round(firstMs - this.#startedMs),
      ...(completionTokens >= 8 && decodeMs > 0 ? { tokensPerSecond: ((completionTokens - 1) * 1000) / decodeMs } : {}),
      ...(cost ? { cost } : {}),
    };
  }
}

type Finished = Extract<AnswerEvent, { type: "finished" }>;

/** The decision that withheld an answer, if that is what the error says. */
function refusalIn(error: unknown): PolicyDecision | undefined {
  if (!(error instanceof TramontaneError) || error.code !== "policy_refused") return undefined;
  const { policy, requestId } = error.details as { policy: RuleNotice; requestId?: string };
  return { ...decisionOf(policy), message: error.message, ...(requestId === undefined ? {} : { requestId }) };
}

function decisionOf({ action, stage, rule_number: number, rule, category, score }: RuleNotice): PolicyDecision {
  return { action: action === "refuse" ? "refuse" : "warn", stage, number, rule, category, score };
}

function unjudgedOf({ stage, policy_version: version, policy_note: note }: UnjudgedNotice): UnjudgedNote {
  return { stage, version, ...(note === null ? {} : { note }) };
}

interface Round {
  readonly finished: Finished;
  /** What was asked in the end. */
  readonly messages: readonly AnswerMessage[];
}

/** Two rounds as one: the second one's end, the tokens and the cost of both. */
function bothOf(first: Finished, second: Finished): Finished {
  const amountMicros = (first.cost?.amountMicros ?? 0) + (second.cost?.amountMicros ?? 0);
  const currency = second.cost?.currency ?? first.cost?.currency;
  return {
    ...second,
    promptTokens: first.promptTokens + second.promptTokens,
    completionTokens: first.completionTokens + second.completionTokens,
    ...(currency === undefined ? {} : { cost: { amountMicros, currency } }),
  };
}

/** The conversation without its oldest exchange(s), when that is what `error` asks for; undefined when nothing can go. */
function withoutOldest(messages: readonly AnswerMessage[], error: unknown): readonly AnswerMessage[] | undefined {
  if (!(error instanceof TramontaneError) || error.code !== "prompt_too_long" || messages.length < 3) return undefined;
  const promptTokens = Number(error.details["promptTokens"]);
  const contextTokens = Number(error.details["contextTokens"]);
  // A quarter of the window is left for the answer; whole exchanges go, so that the rest still begins with a question.
  const share = promptTokens > 0 ? 1 - (0.75 * contextTokens) / promptTokens : 0.5;
  const dropped = Math.max(2, 2 * Math.ceil((messages.length * share) / 2));
  // What tools gave back says nothing without the question before it.
  const next = messages.findIndex(({ role }, index) => index >= dropped && role === "user");
  return messages.slice(next === -1 ? messages.findLastIndex(({ role }) => role === "user") : next);
}

function codeOf(error: unknown): string {
  return error instanceof TramontaneError ? error.code : "internal";
}
