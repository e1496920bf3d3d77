import type { FinishReason, GenerationEvent, TokenLogprob } from "#engine";
import { AnswerReader } from "#prompt";
import type { AnswerEvent, AnswerReaderParts } from "#prompt";
import type { AnsweredToolCall, Dialect, WireFinishReason, WireLogprobs } from "#protocol";
import { translateLogprob, withoutFirstSpace } from "./logprobs.ts";
import type { TurnEvent } from "./turn.ts";

export interface ChoiceOptions {
  readonly dialect: Dialect;
  /** A space at the very beginning of an answer belongs to the prompt's format. */
  readonly dropsFirstSpace: boolean;
  /** How thoughts and calls stand in the answer; undefined: it is words only. */
  readonly reading: AnswerReaderParts | undefined;
}

type TextEvent = Extract<GenerationEvent, { type: "text" }>;
type FinishedEvent = Extract<GenerationEvent, { type: "finished" }>;

/** One choice's answer while it comes into being: the engine's events in, the client's out. */
export class ChoiceAnswer {
  readonly choice: number;
  readonly #options: ChoiceOptions;
  readonly #reader: AnswerReader | undefined;
  readonly #toolCalls: AnsweredToolCall[] = [];
  #hasBegun = false;
  /** Tokens whose text is still held back by the reader. */
  #untoldTokens = 0;

  constructor(choice: number, options: ChoiceOptions) {
    this.choice = choice;
    this.#options = options;
    this.#reader = options.reading && new AnswerReader(options.reading);
  }

  *text(event: TextEvent): Generator<TurnEvent> {
    const dropsSpace = this.#options.dropsFirstSpace && !this.#hasBegun && event.text.startsWith(" ");
    if (event.text !== "") this.#hasBegun = true;
    this.#untoldTokens += event.tokens;
    const logprobs = tellLogprobs(event, dropsSpace);
    if (this.#reader) {
      // The reader drops the space itself: only it knows whether the answer begins with a thought.
      yield* this.#tell(this.#reader.push({ type: "text", text: event.text }), logprobs);
      return;
    }
    const text = dropsSpace ? event.text.slice(1) : event.text;
    if (text !== "" || logprobs) yield this.#say(text, logprobs);
  }

  *control(text: string): Generator<TurnEvent> {
    this.#hasBegun = true;
    if (this.#reader) yield* this.#tell(this.#reader.push({ type: "control", text }));
  }

  *finished({ reason, completionTokens, form, timings }: FinishedEvent): Generator<TurnEvent> {
    if (this.#reader) yield* this.#tell(this.#reader.finish());
    yield {
      type: "finished",
      choice: this.choice,
      reason: this.#hasWholeCalls ? "tool_calls" : finishReason(reason, this.#options.dialect),
      completionTokens,
      form,
      toolCalls: this.#toolCalls,
      timings,
    };
  }

  /** Calls, none of them cut: whatever ended the answer, the client's next step is to run them. */
  get #hasWholeCalls(): boolean {
    return this.#toolCalls.length > 0 && this.#reader?.unfinishedCall === undefined;
  }

  *#tell(events: readonly AnswerEvent[], logprobs?: WireLogprobs): Generator<TurnEvent> {
    let untold = logprobs;
    for (const event of events) {
      if (event.type === "text") {
        yield this.#say(event.text, untold);
        untold = undefined;
      } else if (event.type === "thinking") yield this.#think(event.text);
      else if (event.type === "tool-call") this.#remember(event.call);
    }
  }

  #say(text: string, logprobs?: WireLogprobs): TurnEvent {
    return { type: "text", choice: this.choice, text, tokens: this.#takeTokens(), ...(logprobs ? { logprobs } : {}) };
  }

  #think(text: string): TurnEvent {
    return { type: "thinking", choice: this.choice, text, tokens: this.#takeTokens() };
  }

  #takeTokens(): number {
    const tokens = this.#untoldTokens;
    this.#untoldTokens = 0;
    return tokens;
  }

  #remember({ id, name, argumentsJson }: Extract<AnswerEvent, { type: "tool-call" }>["call"]): void {
    const index = this.#toolCalls.length;
    this.#toolCalls.push({ id, type: "function", index, function: { name, arguments: argumentsJson } });
  }
}

/** OpenAI's clients know no `model_length`. */
function finishReason(reason: FinishReason, dialect: Dialect): WireFinishReason {
  if (reason !== "context") return reason;
  return dialect === "openai" ? "length" : "model_length";
}

function tellLogprobs({ logprobs }: TextEvent, dropsSpace: boolean): WireLogprobs | undefined {
  if (!logprobs) return undefined;
  // The tokens still add up to the text.
  const told: readonly TokenLogprob[] = dropsSpace ? withoutFirstSpace(logprobs) : logprobs;
  return { content: told.map(translateLogprob), refusal: null };
}
