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
 * Reads an endpoint's stream as turn events. `started` comes with the first chunk; the choices end when the stream does,
 * because the usage comes last. Without usage a piece of text counts as a token. Errors: `engine_crashed` when the stream
 * breaks off.
 */
export async function* readAnswer(body: AsyncIterable<Buffer>, options: ReadAnswerOptions): AsyncGenerator<TurnEvent> {
  const choices = choicesOf(options);
  let usage: WireChunk["usage"];
  let isStarted = false;
  const chunks = new ChunkReader();
  // No generator of its own between the bytes and the events: each one costs every piece several turns of the event loop.
  for await (const bytes of body) {
    for (const chunk of chunks.read(bytes)) {
      if (!isStarted) {
        isStarted = true;
        for (const event of openings(choices, options)) yield event;
      }
      usage = chunk.usage ?? usage;
      for (const part of chunk.choices ?? []) {
        const choice = choices[part.index ?? 0];
        if (choice !== undefined) for (const event of choice.take(part)) yield event;
      }
    }
  }
  yield* endings(choices, usage);
}

/** Reads an answer that comes in one piece. Without usage, four bytes of text count as a token. Errors: `engine_crashed`. */
export async function* readWholeAnswer(
  body: { text(): Promise<string> },
  options: ReadAnswerOptions,
): AsyncGenerator<TurnEvent> {
  const answer = parseChunk(await body.text());
  if (answer.error) throw brokenOff(typeof answer.error === "string" ? answer.error : answer.error.message);
  const choices = choicesOf(options);
  yield* openings(choices, options);
  for (const part of answer.choices ?? []) {
    const { message } = part;
    const choice = choices[part.index ?? 0];
    if (choice === undefined) continue;
    yield* choice.take(message ? { ...part, delta: message } : part);
    choice.tokens = Math.ceil(JSON.stringify(message ?? {}).length / BYTES_PER_TOKEN);
  }
  yield* endings(choices, answer.usage);
}

const BYTES_PER_TOKEN = 4;

const choicesOf = (options: ReadAnswerOptions): RemoteChoice[] =>
  Array.from({ length: options.choices }, (_, index) => new RemoteChoice(index, options));

function* openings(choices: readonly RemoteChoice[], { prefix }: ReadAnswerOptions): Generator<TurnEvent> {
  yield { type: "started", promptTokens: 0, cachedTokens: 0 };
  for (const { index: choice } of choices) if (prefix) yield { type: "text", choice, text: prefix, tokens: 0 };
}

function* endings(choices: readonly RemoteChoice[], usage: WireChunk["usage"]): Generator<TurnEvent> {
  if (choices.some((choice) => choice.reason === undefined)) throw brokenOff();
  const counted = choices.reduce((sum, choice) => sum + choice.tokens, 0);
  const completion = usage?.completion_tokens ?? counted;
  for (const [i, choice] of choices.entries()) {
    // Endpoints count all choices together: the last one carries what the others do not.
    const isLast = i === choices.length - 1;
    yield {
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
  }
}

/** From the bytes of a stream to its chunks, up to `[DONE]`. */
class ChunkReader {
  readonly #decoder = new EventDecoder();
  readonly #utf8 = new TextDecoder();
  #isDone = false;

  *read(bytes: Buffer): Generator<WireChunk> {
    for (const { data } of this.#decoder.push(this.#utf8.decode(bytes, { stream: true }))) {
      if (data === "[DONE]") this.#isDone = true;
      if (this.#isDone) return;
      const chunk = parseChunk(data);
      if (chunk.error) throw brokenOff(typeof chunk.error === "string" ? chunk.error : chunk.error.message);
      yield chunk;
    }
  }
}

function parseChunk(data: string): WireChunk {
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
  readonly #calls = new Map<number, { id: string; name: string; arguments: string }>();

  constructor(index: number, { newCallId }: ReadAnswerOptions) {
    this.index = index;
    this.#newCallId = newCallId;
  }

  take({ delta, logprobs, finish_reason: reason }: WireChoice): TurnEvent[] {
    const { index: choice } = this;
    const events: TurnEvent[] = [];
    const thinking = delta?.reasoning_content ?? delta?.reasoning ?? thoughtsOf(delta?.content);
    if (thinking) events.push({ type: "thinking", choice, text: thinking, tokens: this.#count() });
    const text = wordsOf(delta?.content);
    if (text !== "") {
      const tokens = this.#count();
      events.push(logprobs ? { type: "text", choice, text, tokens, logprobs } : { type: "text", choice, text, tokens });
    }
    if (delta?.tool_calls) for (const part of delta.tool_calls) this.#takeCall(part);
    if (typeof reason === "string") this.reason = REASONS.includes(reason) ? (reason as WireFinishReason) : "stop";
    return events;
  }

  calls(): AnsweredToolCall[] {
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
