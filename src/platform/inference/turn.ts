import type { FinishReason, GenerationEvent, TokenLogprob } from "#engine";
import type { AnsweredToolCall, Dialect, WireFinishReason, WireLogprobs, WireTokenLogprob } from "#protocol";

/** What an answer says while it comes into being, in the client's terms. `started` first, one `finished` per choice last. */
export type TurnEvent =
  | { readonly type: "started"; readonly promptTokens: number; readonly cachedTokens: number }
  | {
      readonly type: "text";
      readonly choice: number;
      readonly text: string;
      /** How many tokens became final with this text. */
      readonly tokens: number;
      readonly logprobs?: WireLogprobs;
    }
  | {
      readonly type: "finished";
      readonly choice: number;
      readonly reason: WireFinishReason;
      readonly completionTokens: number;
      readonly toolCalls: readonly AnsweredToolCall[];
    };

export interface TurnOptions {
  readonly choices: number;
  readonly dialect: Dialect;
  /** Opens every answer: the client wrote it and gets it back as part of the text. */
  readonly prefix: string | undefined;
  readonly signal: AbortSignal;
}

/** Translates the engine's events; throws the signal's reason when it aborts. Control tokens never become text. */
export async function* readTurn(
  events: AsyncIterable<GenerationEvent>,
  options: TurnOptions,
): AsyncGenerator<TurnEvent> {
  try {
    yield* translateEvents(events, options);
  } catch (error) {
    options.signal.throwIfAborted();
    throw error;
  }
  options.signal.throwIfAborted();
}

async function* translateEvents(
  events: AsyncIterable<GenerationEvent>,
  { choices, dialect, prefix }: TurnOptions,
): AsyncGenerator<TurnEvent> {
  for await (const event of events) {
    switch (event.type) {
      case "started":
        yield event;
        for (let choice = 0; choice < choices && prefix; choice += 1) {
          yield { type: "text", choice, text: prefix, tokens: 0 };
        }
        break;
      case "text":
        if (event.text !== "" || event.logprobs) yield translateText(event);
        break;
      case "finished":
        yield {
          type: "finished",
          choice: event.choice,
          reason: finishReason(event.reason, dialect),
          completionTokens: event.completionTokens,
          toolCalls: [],
        };
        break;
      case "control":
        break;
    }
  }
}

function translateText({ choice, text, tokens, logprobs }: Extract<GenerationEvent, { type: "text" }>): TurnEvent {
  return {
    type: "text",
    choice,
    text,
    tokens,
    ...(logprobs ? { logprobs: { content: logprobs.map(translateLogprob), refusal: null } } : {}),
  };
}

/** OpenAI's clients know no `model_length`. */
export function finishReason(reason: FinishReason, dialect: Dialect): WireFinishReason {
  if (reason !== "context") return reason;
  return dialect === "openai" ? "length" : "model_length";
}

function translateLogprob({ bytes, logprob, top }: TokenLogprob): WireTokenLogprob {
  return {
    ...describeToken(bytes, logprob),
    top_logprobs: top.map((alternative) => describeToken(alternative.bytes, alternative.logprob)),
  };
}

function describeToken(bytes: Uint8Array, logprob: number): Omit<WireTokenLogprob, "top_logprobs"> {
  // JSON has no minus infinity; the lowest finite number stands for "impossible", as OpenAI's -9999 does.
  return { token: Buffer.from(bytes).toString("utf8"), logprob: Math.max(logprob, -9999), bytes: [...bytes] };
}
