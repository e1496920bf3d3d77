import type {
  ChatCompletion,
  ChatCompletionChunk,
  CompletionChoice,
  WireFinishReason,
  WireLogprobs,
} from "../completion.ts";
import { TextLogprobsWriter } from "./logprobs.ts";
import type { TextLogprobs } from "./logprobs.ts";

export interface TextChoice {
  readonly text: string;
  readonly index: number;
  readonly logprobs: TextLogprobs | null;
  /** Null until the choice ends. */
  readonly finish_reason: WireFinishReason | null;
}

type Told<T extends ChatCompletion | ChatCompletionChunk> = Omit<T, "object" | "choices"> & {
  readonly object: "text_completion";
  readonly choices: readonly TextChoice[];
};

export type TextCompletion = Told<ChatCompletion>;
export type TextCompletionChunk = Told<ChatCompletionChunk>;

/** An answer in the form of OpenAI's older completions. */
export function toTextCompletion({ choices, ...rest }: ChatCompletion): TextCompletion {
  const told = choices.map(({ index, message, logprobs, finish_reason }): TextChoice => ({
    text: textOf(message.content),
    index,
    logprobs: logprobs && new TextLogprobsWriter().write(logprobs),
    finish_reason,
  }));
  return { ...rest, object: "text_completion", choices: told };
}

/** A streamed answer in that form; what only says that a choice begins is left out. */
export async function* toTextChunks(
  chunks: AsyncIterable<readonly ChatCompletionChunk[]>,
): AsyncGenerator<readonly TextCompletionChunk[]> {
  const writers = new Map<number, TextLogprobsWriter>();
  const tell = (index: number, logprobs: WireLogprobs | undefined): TextLogprobs | null => {
    if (logprobs === undefined) return null;
    const writer = writers.get(index) ?? new TextLogprobsWriter();
    writers.set(index, writer);
    return writer.write(logprobs);
  };
  const translate = ({ choices, ...rest }: ChatCompletionChunk): TextCompletionChunk[] => {
    if (choices.some(({ delta }) => delta.role !== undefined)) return [];
    const told = choices.map(({ index, delta, logprobs, finish_reason }) => ({
      text: textOf(delta.content ?? ""),
      index,
      logprobs: tell(index, logprobs),
      finish_reason,
    }));
    return [{ ...rest, object: "text_completion", choices: told }];
  };
  for await (const some of chunks) {
    const translated = some.flatMap(translate);
    if (translated.length > 0) yield translated;
  }
}

function textOf(content: CompletionChoice["message"]["content"]): string {
  if (typeof content === "string") return content;
  return content.map((chunk) => (chunk.type === "text" ? chunk.text : "")).join("");
}
