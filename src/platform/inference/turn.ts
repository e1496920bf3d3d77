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
  /** A space at the very beginning of an answer belongs to the prompt's format. */
  readonly dropsFirstSpace: boolean;
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
  { choices, dialect, prefix, dropsFirstSpace }: TurnOptions,
): AsyncGenerator<TurnEvent> {
  const hasBegun = new Set<number>();
  for await (const event of events) {
    switch (event.type) {
      case "started":
        yield event;
        for (let choice = 0; choice < choices && prefix; choice += 1) {
          yield { type: "text", choice, text: prefix, tokens: 0 };
        }
        break;
      case "text":
        yield* translateText(event, dropsFirstSpace && !hasBegun.has(event.choice));
        if (event.text !== "") hasBegun.add(event.choice);
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

function translateText(event: Extract<GenerationEvent, { type: "text" }>, dropsSpace: boolean): readonly TurnEvent[] {
  const { choice, tokens, logprobs } = event;
  const drops = dropsSpace && event.text.startsWith(" ");
  const text = drops ? event.text.slice(1) : event.text;
  if (logprobs === undefined) return text === "" ? [] : [{ type: "text", choice, text, tokens }];
  // The tokens still add up to the text.
  const told = drops ? logprobs.map((each, index) => (index === 0 ? withoutSpace(each) : each)) : logprobs;
  return [{ type: "text", choice, text, tokens, logprobs: { content: told.map(translateLogprob), refusal: null } }];
}

function withoutSpace(told: TokenLogprob): TokenLogprob {
  const cut = <T extends { readonly bytes: Uint8Array }>(token: T): T =>
    token.bytes[0] === SPACE ? { ...token, bytes: token.bytes.subarray(1) } : token;
  return { ...cut(told), top: told.top.map(cut) };
}

const SPACE = 0x20;

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
