import type { FormStatistics } from "#engine";
import { countUsage } from "#protocol";
import type { FormUsage } from "#protocol";
import type { AnswerChunk, ChatCompletion, ChatCompletionChunk, ChunkChoice, Dialect, Usage } from "#protocol";
import type { Turn, TurnEvent } from "./turn.ts";
import type { Watch } from "./under-policy.ts";

/** What all parts of one answer share. */
export interface AnswerFrame {
  readonly id: string;
  readonly created: number;
  /** The name the client asked for. */
  readonly model: string;
  /** What judges the answer; its findings ride on the end. */
  readonly watch?: Pick<Watch, "notices" | "guardrails"> | undefined;
}

/** An answer, or the end of one, with what was found while it was made. */
export function withFindings<T extends object>(
  answer: T,
  { watch }: AnswerFrame,
): T & Pick<ChatCompletion, "policy" | "guardrails"> {
  if (watch === undefined || (watch.notices.length === 0 && !watch.guardrails)) return answer;
  return {
    ...answer,
    ...(watch.notices.length > 0 ? { policy: watch.notices } : {}),
    ...(watch.guardrails ? { guardrails: watch.guardrails } : {}),
  };
}

export interface ChunkOptions {
  readonly frame: AnswerFrame;
  readonly choices: number;
  readonly dialect: Dialect;
  /** OpenAI's ending: `usage: null` everywhere, then one chunk without choices that carries the usage. */
  readonly includeUsage: boolean;
}

/**
 * The one place that builds chunks, in lists of those that come together. Per choice: the role, then text, then an end
 * with its reason; the usage stands on the chunk that ends the last choice. Tool calls come whole, in the chunk that ends
 * their choice, because clients lose or break fragments.
 */
export function buildChunks(turn: Turn, options: ChunkOptions): AsyncIterableIterator<readonly ChatCompletionChunk[]> {
  return new ChunkLists(turn, options);
}

type ChunkStep = IteratorResult<readonly ChatCompletionChunk[], undefined>;

/** No generator: that would cost every piece of an answer several turns of the event loop. */
class ChunkLists implements AsyncIterableIterator<readonly ChatCompletionChunk[], undefined> {
  readonly #events: AsyncIterator<readonly TurnEvent[], undefined>;
  readonly #options: ChunkOptions;
  readonly #tally = new Tally();
  #isOver = false;

  constructor(turn: Turn, options: ChunkOptions) {
    this.#events = turn[Symbol.asyncIterator]();
    this.#options = options;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<ChunkStep> {
    const value: ChatCompletionChunk[] = [];
    while (!this.#isOver && value.length === 0) {
      const step = await this.#events.next();
      if (step.done === true) this.#end(value);
      else for (const event of step.value) this.#add(event, value);
    }
    return value.length === 0 ? { done: true, value: undefined } : { done: false, value };
  }

  async return(): Promise<ChunkStep> {
    this.#isOver = true;
    await this.#events.return?.();
    return { done: true, value: undefined };
  }

  #add(event: TurnEvent, chunks: ChatCompletionChunk[]): void {
    const { choices, dialect, includeUsage, frame } = this.#options;
    const tally = this.#tally;
    tally.count(event);
    if (event.type === "started") {
      for (let index = 0; index < choices; index += 1)
        chunks.push(this.#chunk({ index, delta: { role: "assistant", content: "" }, finish_reason: null }));
    } else if (event.type === "text") {
      const { choice: index, text: content, logprobs } = event;
      const delta = { content };
      // One shape for nearly all: copying what is not there costs more than all the rest of a chunk.
      chunks.push(
        this.#chunk(logprobs ? { index, delta, logprobs, finish_reason: null } : { index, delta, finish_reason: null }),
      );
    } else if (event.type === "thinking") {
      const delta = dialect === "openai" ? { reasoning_content: event.text } : { content: [thought(event.text)] };
      chunks.push(this.#chunk({ index: event.choice, delta, finish_reason: null }));
    } else if (event.type === "finished") {
      const end = this.#chunk(endOf(event));
      const last = tally.ended === choices ? withFindings(end, frame) : end;
      const carriesUsage = tally.ended === choices && !includeUsage;
      chunks.push(carriesUsage ? { ...last, usage: tally.usage() } : last);
    }
  }

  #end(chunks: ChatCompletionChunk[]): void {
    this.#isOver = true;
    const { includeUsage, frame } = this.#options;
    const { id, created, model } = frame;
    if (includeUsage) chunks.push({ id, object: OBJECT, created, model, choices: [], usage: this.#tally.usage() });
  }

  #chunk(choice: ChunkChoice): ChatCompletionChunk {
    const { includeUsage, frame } = this.#options;
    const { id, created, model } = frame;
    return includeUsage
      ? { id, object: OBJECT, created, model, choices: [choice], usage: null }
      : { id, object: OBJECT, created, model, choices: [choice] };
  }
}

const OBJECT = "chat.completion.chunk";

function endOf({ choice, reason, toolCalls }: Extract<TurnEvent, { type: "finished" }>): ChunkChoice {
  const calls = toolCalls.length > 0 ? { tool_calls: toolCalls } : {};
  return { index: choice, delta: { content: "", ...calls }, finish_reason: reason };
}

export function thought(text: string): AnswerChunk {
  return { type: "thinking", thinking: [{ type: "text", text }] };
}

/** Adds up what an answer cost. */
export class Tally {
  ended = 0;
  #promptTokens = 0;
  #cachedTokens = 0;
  #completionTokens = 0;
  #form: FormUsage | undefined;

  count(event: TurnEvent): void {
    if (event.type === "started") {
      this.#promptTokens = event.promptTokens;
      this.#cachedTokens = event.cachedTokens;
    } else if (event.type === "finished") {
      this.ended += 1;
      this.#completionTokens += event.completionTokens;
      if (event.form !== undefined) this.#form = addForm(this.#form, event.form);
      if (event.prompt === undefined) return;
      this.#promptTokens = event.prompt.promptTokens;
      this.#cachedTokens = event.prompt.cachedTokens;
    }
  }

  usage(): Usage {
    const usage = countUsage(this.#promptTokens, this.#completionTokens, this.#cachedTokens);
    return this.#form === undefined ? usage : { ...usage, completion_tokens_details: this.#form };
  }
}

function addForm(sum: FormUsage | undefined, { ms, forcedTokens, wasHurried }: FormStatistics): FormUsage {
  return {
    forced_tokens: (sum?.forced_tokens ?? 0) + forcedTokens,
    mask_us: (sum?.mask_us ?? 0) + Math.round(ms * 1000),
    closed_early: (sum?.closed_early ?? false) || wasHurried,
  };
}
