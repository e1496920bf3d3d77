import { parseJsonText, writePythonJson } from "../json-text.ts";
import { isNativeCallId } from "../tool-call-id.ts";
import type { AnswerEvent, AnswerInput } from "./answer-event.ts";

export type CallOutput = Extract<AnswerEvent, { type: "text" | "tool-call" }>;

/**
 * Reads the calls out of a model's answer, each as soon as it is whole. There is nothing to guess: the grammar made the
 * model keep to its protocol, control tokens arrive as events of their own, and the JSON says itself where it ends.
 */
export interface ToolCallParser {
  push(input: AnswerInput): readonly CallOutput[];
  /** What was held back when the answer ends. */
  finish(): readonly CallOutput[];
  /** The beginning of a call that was cut off, or one that broke the protocol; undefined when there is none. */
  readonly unfinished: string | undefined;
}

/** What all parsers do with a whole object, and with one that never became a call. */
export abstract class CallReader {
  readonly #newCallId: () => string;
  readonly #ids = new Set<string>();
  protected broken: string | undefined;

  constructor(newCallId: () => string) {
    this.#newCallId = newCallId;
  }

  /** An object with the call's name and arguments; anything else is remembered as broken. */
  protected readObject(text: string, argumentsKey: "arguments" | "parameters"): readonly CallOutput[] {
    const node = parseJsonText(text);
    const members = node?.kind === "object" ? node.members : undefined;
    const name = members?.get("name");
    const given = members?.get(argumentsKey);
    const id = members?.get("id");
    if (name?.kind !== "string" || given === undefined) {
      this.broken ??= text;
      return [];
    }
    return this.call(name.value, writePythonJson(given), id?.kind === "string" ? id.value : undefined);
  }

  protected call(name: string, argumentsJson: string, id: string | undefined): readonly CallOutput[] {
    const usable = id !== undefined && isNativeCallId(id) && !this.#ids.has(id);
    const settled = usable ? id : this.#newCallId();
    this.#ids.add(settled);
    return [{ type: "tool-call", call: { id: settled, name, argumentsJson } }];
  }
}

export function spoken(text: string): readonly CallOutput[] {
  return text === "" ? [] : [{ type: "text", text }];
}
