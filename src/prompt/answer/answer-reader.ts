import type { ThinkingProtocol, ToolCallProtocol } from "../chat-template.ts";
import type { AnswerEvent, AnswerInput } from "./answer-event.ts";
import type { ToolCallParser } from "./call-reader.ts";
import { ReasoningParser } from "./reasoning-parser.ts";
import { createToolCallParser } from "./tool-call-parser.ts";

export interface AnswerReaderParts {
  /** The template's protocol; undefined when the request offers no tools: the answer is then words only. */
  readonly toolCalls: ToolCallProtocol | undefined;
  readonly thinking: ThinkingProtocol | undefined;
  /** The rendered prompt's: a space at the beginning of a segment belongs to the format. */
  readonly dropsFirstSpace: boolean;
  /** A fresh id for a call, unique within the conversation. */
  readonly newCallId: () => string;
}

/**
 * Reads one choice's answer while it is generated: words, thoughts and whole calls. Text comes out as early as it can;
 * control tokens never become text.
 */
export class AnswerReader {
  readonly #reasoning: ReasoningParser | undefined;
  readonly #calls: ToolCallParser | undefined;
  readonly #dropsFirstSpace: boolean;
  #beginsSegment = true;

  constructor({ toolCalls, thinking, dropsFirstSpace, newCallId }: AnswerReaderParts) {
    this.#dropsFirstSpace = dropsFirstSpace;
    this.#reasoning = thinking === undefined ? undefined : new ReasoningParser(thinking);
    this.#calls = toolCalls === undefined ? undefined : createToolCallParser(toolCalls, newCallId);
  }

  push(given: AnswerInput): readonly AnswerEvent[] {
    const input = this.#withoutFirstSpace(given);
    return this.#reasoning === undefined ? this.#read(input) : this.#readAll(this.#reasoning.push(input));
  }

  /** What was held back; call once, when the generation has finished. */
  finish(): readonly AnswerEvent[] {
    const thoughts = this.#readAll(this.#reasoning?.finish() ?? []);
    return [...thoughts, ...(this.#calls?.finish() ?? [])];
  }

  /** A call the model began and did not end, as far as it came: the answer was cut off. */
  get unfinishedCall(): string | undefined {
    return this.#calls?.unfinished;
  }

  #withoutFirstSpace(input: AnswerInput): AnswerInput {
    if (input.type === "text" && input.text === "") return input;
    const drops = this.#dropsFirstSpace && this.#beginsSegment && input.type === "text" && input.text.startsWith(" ");
    this.#beginsSegment = input.type === "control";
    return drops ? { type: "text", text: input.text.slice(1) } : input;
  }

  #readAll(outputs: ReturnType<ReasoningParser["push"]>): readonly AnswerEvent[] {
    return outputs.flatMap((output): readonly AnswerEvent[] =>
      output.type === "thinking" || output.type === "thinking-closed" ? [output] : this.#read(output),
    );
  }

  #read(input: AnswerInput): readonly AnswerEvent[] {
    if (this.#calls !== undefined) return this.#calls.push(input);
    return input.type === "text" && input.text !== "" ? [input] : [];
  }
}
