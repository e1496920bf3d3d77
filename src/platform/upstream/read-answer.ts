import { StringDecoder } from "node:string_decoder";
import { TramontaneError } from "#base";
import type { AnsweredToolCall, WireFinishReason, WireLogprobs } from "#protocol";
import { EventDecoder } from "#protocol";
import type { TurnEvent } from "../inference/turn.ts";

/** A piece of an answer, or all of it. */
interface WireMessage {
  readonly content?:
    | string
    | readonly { readonly type?: string; readonly text?: string; readonly thinking?: unknown }[]
    | null;
  readonly reasoning_content?: string | null;
  readonly reasoning?: string | null;
  readonly tool_calls?: readonly WireCallPart[] | null;
}

/** What we read of an endpoint's chunks, or its whole answer; everything may be missing. */
interface WireChunk {
  readonly choices?: readonly {
    readonly index?: number;
    readonly delta?: WireMessage;
    readonly message?: WireMessage;
    readonly logprobs?: WireLogprobs | null;
    readonly finish_reason?: string | null;
  }[];
  readonly usage?: {
    readonly prompt_tokens?: number;
    readonly completion_tokens?: number;
    readonly prompt_tokens_details?: { readonly cached_tokens?: number } | null;
  } | null;
  readonly error?: { readonly message?: string } | string | null;
}

interface WireCallPart {
  readonly index?: number;
  readonly id?: string | null;
  readonly function?: {
    readonly name?: string | null;
    readonly arguments?: string | Readonly<Record<string, unknown>> | null;
  };
}

export interface ReadAnswerOptions {
  readonly choices: number;
  /** Given back first, when the endpoint does not do it itself. */
  readonly prefix: string | undefined;
  readonly newCallId: () => string;
}

const REASONS: readonly string[] = ["stop", "length", "model_length", "tool_calls"];

/**
 * Reads an endpoint's stream as a turn. `started` comes with the first chunk; the choices end when the stream does, because
 * the usage comes last. Without usage a piece of text counts as a token. Errors: `engine_crashed` when the stream breaks off;
 * whoever hears of one returns, which leaves the stream.
 */
export function readAnswer(
  body: AsyncIterator<Buffer, undefined>,
  options: ReadAnswerOptions,
): AsyncIterator<readonly TurnEvent[], undefined> {
  return new StreamedAnswer(body, options);
}

type Step = IteratorResult<readonly TurnEvent[], undefined>;

/** No generator: that would cost every piece of an answer several turns of the event loop. */
class StreamedAnswer implements AsyncIterator<readonly TurnEvent[], undefined> {
  readonly #body: AsyncIterator<Buffer, undefined>;
  readonly #options: ReadAnswerOptions;
  readonly #choices: readonly RemoteChoice[];
  readonly #chunks = new ChunkReader();
  #usage: WireChunk["usage"];
  #isStarted = false;
  #isOver = false;

  constructor(body: AsyncIterator<Buffer, undefined>, options: ReadAnswerOptions) {
    this.#body = body;
    this.#options = options;
    this.#choices = choicesOf(options);
  }

  async next(): Promise<Step> {
    while (!this.#isOver) {
      const { done, value: bytes } = await this.#body.next();
      this.#isOver = done === true;
      const events = bytes === undefined ? endings(this.#choices, this.#usage) : this.#read(bytes);
      if (events.length > 0) return { done: false, value: events };
    }
    return { done: true, value: undefined };
  }

  async return(): Promise<Step> {
    this.#isOver = true;
    await this.#body.return?.();
    return { done: true, value: undefined };
  }

  #read(bytes: Buffer): TurnEvent[] {
    const events: TurnEvent[] = [];
    for (const chunk of this.#chunks.read(bytes)) {
      if (!this.#isStarted) open(this.#choices, this.#options, events);
      this.#isStarted = true;
      this.#usage = chunk.usage ?? this.#usage;
      for (const part of chunk.choices ?? []) this.#choices[part.index ?? 0]?.take(part, part.delta, events);
    }
    return events;
  }
}

/** Reads an answer that comes in one piece. Without usage, four bytes of text count as a token. Errors: `engine_crashed`. */
export async function readWholeAnswer(
  body: { text(): Promise<string> },
  options: ReadAnswerOptions,
): Promise<readonly TurnEvent[]> {
  const { choices: parts, usage } = parseChunk(await body.text());
  const choices = choicesOf(options);
  const events: TurnEvent[] = [];
  open(choices, options, events);
  for (const part of parts ?? []) {
    const choice = choices[part.index ?? 0];
    if (choice === undefined) continue;
    const message = part.message ?? part.delta;
    choice.take(part, message, events);
    if (!usage || choices.length > 1) choice.tokens = Math.ceil(JSON.stringify(message ?? {}).length / BYTES_PER_TOKEN);
  }
  events.push(...endings(choices, usage));
  return events;
}

const BYTES_PER_TOKEN = 4;

function choicesOf(options: ReadAnswerOptions): RemoteChoice[] {
  const choices: RemoteChoice[] = [];
  while (choices.length < options.choices) choices.push(new RemoteChoice(choices.length, options));
  return choices;
}

function open(choices: readonly RemoteChoice[], { prefix }: ReadAnswerOptions, events: TurnEvent[]): void {
  events.push({ type: "started", promptTokens: 0, cachedTokens: 0 });
  for (const { index: choice } of choices) if (prefix) events.push({ type: "text", choice, text: prefix, tokens: 0 });
}

function endings(choices: readonly RemoteChoice[], usage: WireChunk["usage"]): TurnEvent[] {
  if (choices.some((choice) => choice.reason === undefined)) throw brokenOff();
  const counted = choices.reduce((sum, choice) => sum + choice.tokens, 0);
  const completion = usage?.completion_tokens ?? counted;
  return choices.map((choice, i) => {
    // Endpoints count all choices together: the last one carries what the others do not.
    const isLast = i === choices.length - 1;
    return {
      type: "finished",
      choice: choice.index,
      reason: choice.reason!,
      completionTokens: isLast ? completion - (counted - choice.tokens) : choice.tokens,
      toolCalls: choice.calls(),
      prompt: {
        promptTokens: usage?.prompt_tokens ?? 0,
        cachedTokens: usage?.prompt_tokens_details?.cached_tokens ?? 0,
      },
    };
  });
}

/** From the bytes of a stream to its chunks, up to `[DONE]`. */
class ChunkReader {
  readonly #decoder = new EventDecoder();
  readonly #utf8 = new StringDecoder();
  #isDone = false;

  read(bytes: Buffer): WireChunk[] {
    const chunks: WireChunk[] = [];
    for (const { data } of this.#decoder.push(this.#utf8.write(bytes))) {
      if (data === "[DONE]") this.#isDone = true;
      if (!this.#isDone) chunks.push(parseChunk(data));
    }
    return chunks;
  }
}

function parseChunk(data: string): WireChunk {
  const chunk = parseObject(data);
  const { error } = chunk;
  if (error) throw brokenOff(typeof error === "string" ? error : error.message);
  return chunk;
}

function parseObject(data: string): WireChunk {
  try {
    const chunk: unknown = JSON.parse(data);
    if (typeof chunk === "object" && chunk !== null) return chunk;
  } catch {
    // Falls through.
  }
  throw brokenOff("it sent what is no JSON");
}

export function brokenOff(reason?: string): TramontaneError {
  const why = reason === undefined ? "" : `: ${reason.slice(0, 300)}`;
  return new TramontaneError("engine_crashed", `The remote engine broke off its answer${why}`);
}

type WireChoice = NonNullable<WireChunk["choices"]>[number];

class RemoteChoice {
  readonly index: number;
  tokens = 0;
  reason: WireFinishReason | undefined;
  readonly #newCallId: () => string;
  /** Most answers have none. */
  #calls: Map<number, { id: string; name: string; arguments: string }> | undefined;

  constructor(index: number, { newCallId }: ReadAnswerOptions) {
    this.index = index;
    this.#newCallId = newCallId;
  }

  /** Adds to `events` what a piece of the choice, or all of it, says. */
  take({ logprobs, finish_reason: reason }: WireChoice, said: WireMessage | undefined, events: TurnEvent[]): void {
    const { index: choice } = this;
    const thinking = said?.reasoning_content ?? said?.reasoning ?? thoughtsOf(said?.content);
    if (thinking) events.push({ type: "thinking", choice, text: thinking, tokens: this.#count() });
    const text = wordsOf(said?.content);
    if (text !== "") {
      const tokens = this.#count();
      events.push(logprobs ? { type: "text", choice, text, tokens, logprobs } : { type: "text", choice, text, tokens });
    }
    if (said?.tool_calls) for (const part of said.tool_calls) this.#takeCall(part);
    if (typeof reason === "string") this.reason = REASONS.includes(reason) ? (reason as WireFinishReason) : "stop";
  }

  calls(): AnsweredToolCall[] {
    if (this.#calls === undefined) return [];
    return [...this.#calls.values()].map(({ id, name, arguments: text }, index) => ({
      id,
      type: "function",
      index,
      function: { name, arguments: text },
    }));
  }

  #count(): number {
    this.tokens += 1;
    return 1;
  }

  /** Parts of one call share its index; whole calls without one follow each other. */
  #takeCall(part: WireCallPart): void {
    this.#calls ??= new Map();
    const key = part.index ?? this.#calls.size;
    const call = this.#calls.get(key) ?? { id: this.#newCallId(), name: "", arguments: "" };
    const more = part.function?.arguments ?? "";
    call.name += part.function?.name ?? "";
    call.arguments += typeof more === "string" ? more : JSON.stringify(more);
    this.#calls.set(key, call);
    this.tokens += 1;
  }
}

type WireContent = NonNullable<WireChoice["delta"]>["content"];

function wordsOf(content: WireContent): string {
  if (typeof content === "string") return content;
  return (content ?? []).map((part) => (part.type === "text" ? (part.text ?? "") : "")).join("");
}

function thoughtsOf(content: WireContent): string {
  if (typeof content === "string") return "";
  const parts = (content ?? []).flatMap(({ type, thinking }) => (type === "thinking" ? [thinking] : []));
  return parts.map((part) => (typeof part === "string" ? part : wordsOf(part as WireContent))).join("");
}
