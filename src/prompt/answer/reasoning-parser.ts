import type { ThinkingProtocol } from "../chat-template.ts";
import type { AnswerEvent, AnswerInput } from "./answer-event.ts";
import { MarkFinder } from "./mark-finder.ts";

type Output = AnswerInput | Extract<AnswerEvent, { type: "thinking" | "thinking-closed" }>;

/**
 * Sets a model's thoughts apart from its answer. Control marks open and close thoughts anywhere; marks that are plain
 * text open one only at the very beginning, so that an answer may speak of them. Everything else passes through.
 */
export class ReasoningParser {
  readonly #protocol: ThinkingProtocol;
  readonly #closing: MarkFinder;
  #state: "before" | "inside" | "after";
  #beginning = "";
  /** After a plain mark the line breaks that set it apart are no part of the text. */
  #skipsSpace = false;

  constructor(protocol: ThinkingProtocol) {
    this.#protocol = protocol;
    this.#closing = new MarkFinder(protocol.close.text);
    this.#state = protocol.startsOpen ? "inside" : "before";
    this.#skipsSpace = protocol.startsOpen && !protocol.close.control;
  }

  push(input: AnswerInput): readonly Output[] {
    if (input.type === "text") return this.#text(input.text);
    const held = this.#flush();
    const { open, close } = this.#protocol;
    if (open.control && input.text === open.text) {
      this.#state = "inside";
      return held;
    }
    if (close.control && input.text === close.text) {
      this.#state = "after";
      return [...held, { type: "thinking-closed" }];
    }
    return [...held, input];
  }

  /** What was held back when the answer ends. */
  finish(): readonly Output[] {
    return this.#flush();
  }

  #text(text: string): readonly Output[] {
    switch (this.#state) {
      case "before":
        return this.#begin(text);
      case "inside":
        return this.#think(text);
      case "after":
        return this.#speak(text);
    }
  }

  #begin(text: string): readonly Output[] {
    const { open } = this.#protocol;
    const seen = this.#beginning + text;
    const words = seen.trimStart();
    this.#beginning = "";
    if (!open.control && words.startsWith(open.text)) {
      this.#state = "inside";
      this.#skipsSpace = true;
      return this.#think(words.slice(open.text.length));
    }
    if (!open.control && open.text.startsWith(words)) {
      this.#beginning = seen;
      return [];
    }
    this.#state = "after";
    return this.#speak(seen);
  }

  #think(text: string): readonly Output[] {
    if (this.#protocol.close.control) return thought(text);
    const { before, after } = this.#closing.push(this.#skipSpace(text));
    if (after === undefined) return thought(before);
    this.#state = "after";
    this.#skipsSpace = true;
    return [...thought(before), { type: "thinking-closed" }, ...this.#speak(after)];
  }

  #speak(text: string): readonly Output[] {
    const words = this.#skipSpace(text);
    return words === "" ? [] : [{ type: "text", text: words }];
  }

  #skipSpace(text: string): string {
    if (!this.#skipsSpace) return text;
    const words = text.trimStart();
    this.#skipsSpace = words === "";
    return words;
  }

  #flush(): readonly Output[] {
    const beginning = this.#beginning;
    this.#beginning = "";
    return [
      ...(beginning === "" ? [] : [{ type: "text", text: beginning } as const]),
      ...thought(this.#closing.release()),
    ];
  }
}

function thought(text: string): readonly Output[] {
  return text === "" ? [] : [{ type: "thinking", text }];
}
