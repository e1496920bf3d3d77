import type { CancelSignal } from "#base";
import type { FormStatistics, GenerationEvent } from "#engine";
import type { AnsweredToolCall, WireFinishReason, WireLogprobs } from "#protocol";
import { ChoiceAnswer } from "./choice-answer.ts";
import type { ChoiceOptions } from "./choice-answer.ts";

/** What an answer says while it comes into being, in the client's terms. `started` first, one `finished` per choice last. */
export type TurnEvent =
  | { readonly type: "started"; readonly promptTokens: number; readonly cachedTokens: number }
  /** How much of a long prompt is worked through, cached tokens included. */
  | { readonly type: "prefilled"; readonly tokens: number }
  | {
      readonly type: "text";
      readonly choice: number;
      readonly text: string;
      /** How many tokens became final with this text. */
      readonly tokens: number;
      readonly logprobs?: WireLogprobs;
    }
  /** A piece of the model's reasoning, which is no part of the answer's text. */
  | { readonly type: "thinking"; readonly choice: number; readonly text: string; readonly tokens: number }
  | {
      readonly type: "finished";
      readonly choice: number;
      readonly reason: WireFinishReason;
      readonly completionTokens: number;
      /** What keeping to a form took. */
      readonly form?: FormStatistics | undefined;
      readonly toolCalls: readonly AnsweredToolCall[];
      /** Where the time went, from engines that say so. */
      readonly timings?: { readonly queueMs: number; readonly prefillMs: number; readonly decodeMs: number };
      /** In place of what `started` said, from engines that count the prompt only at the end. */
      readonly prompt?: { readonly promptTokens: number; readonly cachedTokens: number };
    };

/** An answer while it comes into being: lists of events that came together, none of them empty. */
export type Turn = AsyncIterable<readonly TurnEvent[]>;

export interface TurnOptions extends ChoiceOptions {
  readonly choices: number;
  /** Opens every answer: the client wrote it and gets it back as part of the text. */
  readonly prefix: string | undefined;
  readonly signal: CancelSignal;
}

/** Translates the engine's events; throws the signal's reason when it aborts. Control tokens never become text. */
export async function* readTurn(
  events: AsyncIterable<GenerationEvent>,
  options: TurnOptions,
): AsyncGenerator<readonly TurnEvent[]> {
  const answers = Array.from({ length: options.choices }, (_, choice) => new ChoiceAnswer(choice, options));
  try {
    for await (const event of events) {
      const told = [...translate(event, answers, options)];
      if (told.length > 0) yield told;
    }
  } catch (error) {
    options.signal.throwIfAborted();
    throw error;
  }
  options.signal.throwIfAborted();
}

function* translate(
  event: GenerationEvent,
  answers: readonly ChoiceAnswer[],
  { prefix }: TurnOptions,
): Generator<TurnEvent> {
  if (event.type === "started") {
    yield event;
    for (const { choice } of answers) if (prefix) yield { type: "text", choice, text: prefix, tokens: 0 };
  } else if (event.type === "prefilled") yield event;
  else if (event.type === "text") yield* answers[event.choice]!.text(event);
  else if (event.type === "control") yield* answers[event.choice]!.control(event.text);
  else yield* answers[event.choice]!.finished(event);
}
