import type { ToolCallProtocol } from "../chat-template.ts";
import type { AnswerInput } from "./answer-event.ts";
import { CallReader, spoken } from "./call-reader.ts";
import type { CallOutput, ToolCallParser } from "./call-reader.ts";
import { MarkFinder } from "./mark-finder.ts";
import { ObjectScanner } from "./object-scanner.ts";

/** JSON objects between two marks. */
export class MarkedParser extends CallReader implements ToolCallParser {
  readonly #protocol: Extract<ToolCallProtocol, { kind: "marked-json" }>;
  readonly #opening: MarkFinder;
  #closing: MarkFinder;
  #scanner: ObjectScanner | undefined;
  #spaces: string | undefined;
  /** What stands after an opening mark, until an object is whole. */
  #raw: string | undefined;

  constructor(protocol: Extract<ToolCallProtocol, { kind: "marked-json" }>, newCallId: () => string) {
    super(newCallId);
    this.#protocol = protocol;
    this.#opening = new MarkFinder(protocol.open.text);
    this.#closing = new MarkFinder(protocol.close.text);
  }

  push(input: AnswerInput): readonly CallOutput[] {
    const { open, close } = this.#protocol;
    if (input.type === "text")
      return this.#scanner === undefined ? this.#content(input.text) : this.#inside(input.text);
    // A control token parts what stood before it from what may have begun a mark.
    const held = this.#scanner === undefined ? this.#words(this.#opening.release()) : [];
    if (open.control && input.text === open.text) this.#open();
    return close.control && input.text === close.text ? [...held, ...this.#close("")] : held;
  }

  finish(): readonly CallOutput[] {
    return this.#scanner === undefined ? spoken((this.#spaces ?? "").trim() + this.#opening.release()) : [];
  }

  get unfinished(): string | undefined {
    return this.broken ?? (this.#scanner?.unfinished || undefined);
  }

  #content(text: string): readonly CallOutput[] {
    if (this.#protocol.open.control) return this.#words(text);
    const { before, after } = this.#opening.push(text);
    const words = this.#words(before);
    if (after === undefined) return words;
    this.#open();
    return [...words, ...this.#inside(after)];
  }

  #open(): void {
    this.#spaces = undefined;
    this.#raw = "";
    this.#scanner = new ObjectScanner();
  }

  /** Between calls only line breaks stand; they are no part of the answer. */
  #words(text: string): readonly CallOutput[] {
    if (this.#spaces === undefined) return spoken(text);
    const seen = this.#spaces + text;
    this.#spaces = seen.trim() === "" ? seen : undefined;
    return this.#spaces === undefined ? spoken(seen) : [];
  }

  #inside(text: string): readonly CallOutput[] {
    if (this.#scanner === undefined) return [];
    const { objects, rest } = this.#scanner.push(text);
    if (this.#raw !== undefined) this.#raw = objects.length > 0 ? undefined : this.#raw + text;
    const calls = objects.flatMap((object) => this.readObject(object, "arguments"));
    if (this.#protocol.close.control || this.#scanner.unfinished !== "") return calls;
    const { after } = this.#closing.push(rest);
    return after === undefined ? calls : [...calls, ...this.#close(after)];
  }

  #close(after: string): readonly CallOutput[] {
    if (this.#scanner !== undefined) this.broken ??= this.#raw;
    this.#scanner = undefined;
    this.#closing = new MarkFinder(this.#protocol.close.text);
    this.#spaces = "";
    return after === "" ? [] : this.#content(after);
  }
}
