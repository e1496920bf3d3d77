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
  /** Right after a mark, where line breaks may set it apart from the text. */
  #skipsSpace = false;

  constructor(protocol: ThinkingProtocol) {
    this.#protocol = protocol;
    this.#closing = new MarkFinder(protocol.close.text);
    this.#state = protocol.startsOpen ? "inside" : "before";
    this.#skipsSpace = protocol.startsOpen && protocol.padded;
  }

  push(input: AnswerInput): readonly Output[] {
    if (input.type === "text") return this.#text(input.text);
    const held = this.#flush();
    const { open, close } = this.#protocol;
    if (open.control && input.text === open.text) {
      this.#state = "inside";
      this.#skipsSpace = this.#protocol.padded;
      return held;
    }
    if (close.control && input.text === close.text) {
      this.#state = "after";
      this.#skipsSpace = this.#protocol.padded;
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
      this.#skipsSpace = this.#protocol.padded;
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
    const words = this.#skipSpace(text);
    if (this.#protocol.close.control) return thought(words);
    const { before, after } = this.#closing.push(words);
    if (after === undefined) return thought(before);
    this.#state = "after";
    this.#skipsSpace = this.#protocol.padded;
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
