import type { AnswerInput } from "./answer-event.ts";
import { CallReader, spoken } from "./call-reader.ts";
import type { CallOutput, ToolCallParser } from "./call-reader.ts";
import { ObjectScanner } from "./object-scanner.ts";

/** `[TOOL_CALLS]`, then a JSON array of calls. */
export class ListParser extends CallReader implements ToolCallParser {
  #scanner: ObjectScanner | undefined;

  push(input: AnswerInput): readonly CallOutput[] {
    if (input.type === "control") {
      if (input.text === "[TOOL_CALLS]") this.#scanner ??= new ObjectScanner();
      return [];
    }
    if (this.#scanner === undefined) return spoken(input.text);
    return this.#scanner.push(input.text).objects.flatMap((object) => this.readObject(object, "arguments"));
  }

  finish(): readonly CallOutput[] {
    return [];
  }

  get unfinished(): string | undefined {
    return this.broken ?? (this.#scanner?.unfinished || undefined);
  }
}
