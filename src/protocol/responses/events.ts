import type { AnsweredToolCall, ChatCompletionChunk, WireFinishReason } from "../completion.ts";
import type { WireError } from "../error-body.ts";
import { countUsage } from "../usage.ts";
import type { Usage } from "../usage.ts";
import {
  failedResponse,
  finishedResponse,
  itemStatus,
  openResponse,
  outputCall,
  outputMessage,
  outputText,
} from "./response.ts";
import type { OutputItem, ResponseFrame } from "./response.ts";

export interface ResponseEvent {
  readonly type: string;
  readonly sequence_number: number;
  readonly [field: string]: unknown;
}

/** Turns the chunks of one chat answer (one choice) into the events of a response. */
export class ResponseEvents {
  readonly #frame: ResponseFrame;
  readonly #output: OutputItem[] = [];
  #sequence = 0;
  #reason: WireFinishReason = "stop";
  #usage: Usage = countUsage(0, 0, 0);
  #text = "";
  #hasMessage = false;

  constructor(frame: ResponseFrame) {
    this.#frame = frame;
  }

  /** Events that come together are one list. */
  async *read(chunks: AsyncIterable<readonly ChatCompletionChunk[]>): AsyncGenerator<readonly ResponseEvent[]> {
    for await (const some of chunks) {
      const events = some.flatMap((chunk) => [...this.#readChunk(chunk)]);
      if (events.length > 0) yield events;
    }
    const finished = finishedResponse(this.#frame, this.#output, { reason: this.#reason, usage: this.#usage });
    yield [this.#event(`response.${finished.status}`, { response: finished })];
  }

  *#readChunk({ choices: [choice], usage }: ChatCompletionChunk): Generator<ResponseEvent> {
    if (this.#sequence === 0) {
      const response = openResponse(this.#frame);
      yield this.#event("response.created", { response });
      yield this.#event("response.in_progress", { response });
    }
    const content = choice?.delta.content;
    if (typeof content === "string" && content !== "") yield* this.#writeText(content);
    if (choice?.finish_reason) {
      this.#reason = choice.finish_reason;
      yield* this.#finishItems(this.#reason, choice.delta.tool_calls ?? []);
    }
    this.#usage = usage ?? this.#usage;
  }

  /** The event that tells that the answer broke off. */
  failed(error: WireError): ResponseEvent {
    return this.#event("response.failed", { response: failedResponse(this.#frame, error) });
  }

  *#writeText(delta: string): Generator<ResponseEvent> {
    if (!this.#hasMessage) yield* this.#openMessage();
    this.#text += delta;
    yield this.#event("response.output_text.delta", { ...this.#place(), delta, logprobs: [] });
  }

  *#openMessage(): Generator<ResponseEvent> {
    this.#hasMessage = true;
    const item = outputMessage(this.#frame, "", "in_progress");
    yield this.#event("response.output_item.added", { output_index: 0, item });
    yield this.#event("response.content_part.added", { ...this.#place(), part: outputText("") });
  }

  *#finishItems(reason: WireFinishReason, calls: readonly AnsweredToolCall[]): Generator<ResponseEvent> {
    if (!this.#hasMessage && calls.length === 0) yield* this.#openMessage();
    if (this.#hasMessage) {
      const item = outputMessage(this.#frame, this.#text, itemStatus(reason));
      yield this.#event("response.output_text.done", { ...this.#place(), text: this.#text, logprobs: [] });
      yield this.#event("response.content_part.done", { ...this.#place(), part: outputText(this.#text) });
      yield this.#event("response.output_item.done", { output_index: 0, item });
      this.#output.push(item);
    }
    for (const [index, call] of calls.entries()) yield* this.#finishCall(call, index);
  }

  *#finishCall(call: AnsweredToolCall, index: number): Generator<ResponseEvent> {
    const item = outputCall(this.#frame, call, index);
    const place = { output_index: this.#output.length, item_id: item.id };
    const { output_index } = place;
    yield this.#event("response.output_item.added", {
      output_index,
      item: { ...item, arguments: "", status: "in_progress" },
    });
    yield this.#event("response.function_call_arguments.delta", { ...place, delta: item.arguments });
    yield this.#event("response.function_call_arguments.done", {
      ...place,
      name: item.name,
      arguments: item.arguments,
    });
    yield this.#event("response.output_item.done", { output_index, item });
    this.#output.push(item);
  }

  #place(): Record<string, unknown> {
    return { item_id: `msg_${this.#frame.id}`, output_index: 0, content_index: 0 };
  }

  #event(type: string, fields: Record<string, unknown>): ResponseEvent {
    return { type, sequence_number: this.#sequence++, ...fields };
  }
}
