import type { AnswerInput } from "./answer-event.ts";
import { CallReader, spoken } from "./call-reader.ts";
import type { CallOutput, ToolCallParser } from "./call-reader.ts";
import { ObjectScanner } from "./object-scanner.ts";

/** An answer that begins with `{` is calls and nothing else; any other is words. */
export class BareParser extends CallReader implements ToolCallParser {
  #scanner: ObjectScanner | undefined;
  #spaces: string | undefined = "";

  push(input: AnswerInput): readonly CallOutput[] {
    if (input.type === "control") return [];
    const seen = (this.#spaces ?? "") + input.text;
    if (this.#spaces !== undefined) {
      if (seen.trim() === "") {
        this.#spaces = seen;
        return [];
      }
      this.#spaces = undefined;
      if (seen.trimStart().startsWith("{")) this.#scanner = new ObjectScanner();
    }
    if (this.#scanner === undefined) return spoken(seen);
    return this.#scanner.push(seen).objects.flatMap((object) => this.readObject(object, "parameters"));
  }

  finish(): readonly CallOutput[] {
    return spoken(this.#spaces ?? "");
  }

  get unfinished(): string | undefined {
    return this.broken ?? (this.#scanner?.unfinished || undefined);
  }
}
