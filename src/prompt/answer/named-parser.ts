import { parseJsonText, writePythonJson } from "../json-text.ts";
import type { AnswerInput } from "./answer-event.ts";
import { CallReader, spoken } from "./call-reader.ts";
import type { CallOutput, ToolCallParser } from "./call-reader.ts";
import { ObjectScanner } from "./object-scanner.ts";

/** `[TOOL_CALLS]` name, perhaps `[CALL_ID]` id, `[ARGS]` JSON, once per call. */
export class NamedParser extends CallReader implements ToolCallParser {
  #state: "content" | "name" | "id" | "arguments" = "content";
  #name = "";
  #id = "";
  #scanner = new ObjectScanner();

  push(input: AnswerInput): readonly CallOutput[] {
    if (input.type === "text") return this.#text(input.text);
    if (input.text === "[TOOL_CALLS]") {
      this.broken ??= this.#partial();
      this.#scanner = new ObjectScanner();
      [this.#state, this.#name, this.#id] = ["name", "", ""];
    } else if (input.text === "[CALL_ID]" && this.#state === "name") this.#state = "id";
    else if (input.text === "[ARGS]" && this.#state !== "content") this.#state = "arguments";
    return [];
  }

  finish(): readonly CallOutput[] {
    return [];
  }

  get unfinished(): string | undefined {
    return this.broken ?? this.#partial();
  }

  #text(text: string): readonly CallOutput[] {
    switch (this.#state) {
      case "content":
        return spoken(text);
      case "name":
        this.#name += text;
        return [];
      case "id":
        this.#id += text;
        return [];
      case "arguments":
        return this.#arguments(text);
    }
  }

  #arguments(text: string): readonly CallOutput[] {
    const { objects, rest } = this.#scanner.push(text);
    const [whole] = objects;
    if (whole === undefined) return [];
    const node = parseJsonText(whole);
    this.#state = "content";
    if (node === undefined) {
      this.broken ??= whole;
      return [];
    }
    const call = this.call(this.#name.trim(), writePythonJson(node), this.#id.trim());
    return [...call, ...spoken(rest.trim() === "" ? "" : rest)];
  }

  #partial(): string | undefined {
    return this.#state === "content" ? undefined : this.#name + this.#scanner.unfinished;
  }
}
