import type { ToolCallProtocol } from "../chat-template.ts";
import { parseJsonText, writePythonJson } from "../json-text.ts";
import { isNativeCallId } from "../tool-call-id.ts";
import type { AnswerEvent, AnswerInput } from "./answer-event.ts";
import { MarkFinder } from "./mark-finder.ts";
import { ObjectScanner } from "./object-scanner.ts";

type Output = Extract<AnswerEvent, { type: "text" | "tool-call" }>;

/**
 * Reads the calls out of a model's answer, each as soon as it is whole. There is nothing to guess: the grammar made the
 * model keep to its protocol, control tokens arrive as events of their own, and the JSON says itself where it ends.
 */
export interface ToolCallParser {
  push(input: AnswerInput): readonly Output[];
  /** What was held back when the answer ends. */
  finish(): readonly Output[];
  /** The beginning of a call that was cut off, or one that broke the protocol; undefined when there is none. */
  readonly unfinished: string | undefined;
}

/** The parser for a protocol. `newCallId` names the calls to which the model gives no usable id. */
export function createToolCallParser(protocol: ToolCallProtocol, newCallId: () => string): ToolCallParser {
  switch (protocol.kind) {
    case "mistral-list":
      return new ListParser(newCallId);
    case "mistral-named":
      return new NamedParser(newCallId);
    case "marked-json":
      return new MarkedParser(protocol, newCallId);
    case "bare-json":
      return new BareParser(newCallId);
  }
}

/** What all parsers do with a whole object, and with one that never became a call. */
abstract class CallReader {
  readonly #newCallId: () => string;
  readonly #ids = new Set<string>();
  protected broken: string | undefined;

  constructor(newCallId: () => string) {
    this.#newCallId = newCallId;
  }

  /** An object with the call's name and arguments; anything else is remembered as broken. */
  protected readObject(text: string, argumentsKey: "arguments" | "parameters"): readonly Output[] {
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

  protected call(name: string, argumentsJson: string, id: string | undefined): readonly Output[] {
    const usable = id !== undefined && isNativeCallId(id) && !this.#ids.has(id);
    const settled = usable ? id : this.#newCallId();
    this.#ids.add(settled);
    return [{ type: "tool-call", call: { id: settled, name, argumentsJson } }];
  }
}

function spoken(text: string): readonly Output[] {
  return text === "" ? [] : [{ type: "text", text }];
}

/** `[TOOL_CALLS]`, then a JSON array of calls. */
class ListParser extends CallReader implements ToolCallParser {
  #scanner: ObjectScanner | undefined;

  push(input: AnswerInput): readonly Output[] {
    if (input.type === "control") {
      if (input.text === "[TOOL_CALLS]") this.#scanner ??= new ObjectScanner();
      return [];
    }
    if (this.#scanner === undefined) return spoken(input.text);
    return this.#scanner.push(input.text).objects.flatMap((object) => this.readObject(object, "arguments"));
  }

  finish(): readonly Output[] {
    return [];
  }

  get unfinished(): string | undefined {
    return this.broken ?? (this.#scanner?.unfinished || undefined);
  }
}

/** `[TOOL_CALLS]` name, perhaps `[CALL_ID]` id, `[ARGS]` JSON, once per call. */
class NamedParser extends CallReader implements ToolCallParser {
  #state: "content" | "name" | "id" | "arguments" = "content";
  #name = "";
  #id = "";
  #scanner = new ObjectScanner();

  push(input: AnswerInput): readonly Output[] {
    if (input.type === "text") return this.#text(input.text);
    if (input.text === "[TOOL_CALLS]") {
      this.broken ??= this.#partial();
      this.#scanner = new ObjectScanner();
      [this.#state, this.#name, this.#id] = ["name", "", ""];
    } else if (input.text === "[CALL_ID]" && this.#state === "name") this.#state = "id";
    else if (input.text === "[ARGS]" && this.#state !== "content") this.#state = "arguments";
    return [];
  }

  finish(): readonly Output[] {
    return [];
  }

  get unfinished(): string | undefined {
    return this.broken ?? this.#partial();
  }

  #text(text: string): readonly Output[] {
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

  #arguments(text: string): readonly Output[] {
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

/** JSON objects between two marks. */
class MarkedParser extends CallReader implements ToolCallParser {
  readonly #protocol: Extract<ToolCallProtocol, { kind: "marked-json" }>;
  readonly #opening: MarkFinder;
  #closing: MarkFinder;
  #scanner: ObjectScanner | undefined;
  #spaces: string | undefined;

  constructor(protocol: Extract<ToolCallProtocol, { kind: "marked-json" }>, newCallId: () => string) {
    super(newCallId);
    this.#protocol = protocol;
    this.#opening = new MarkFinder(protocol.open.text);
    this.#closing = new MarkFinder(protocol.close.text);
  }

  push(input: AnswerInput): readonly Output[] {
    const { open, close } = this.#protocol;
    if (input.type === "text")
      return this.#scanner === undefined ? this.#content(input.text) : this.#inside(input.text);
    if (open.control && input.text === open.text) {
      this.#spaces = undefined;
      this.#scanner = new ObjectScanner();
    }
    if (close.control && input.text === close.text) return this.#close("");
    return [];
  }

  finish(): readonly Output[] {
    return this.#scanner === undefined ? spoken((this.#spaces ?? "").trim() + this.#opening.release()) : [];
  }

  get unfinished(): string | undefined {
    return this.broken ?? (this.#scanner?.unfinished || undefined);
  }

  #content(text: string): readonly Output[] {
    if (this.#protocol.open.control) return this.#words(text);
    const { before, after } = this.#opening.push(text);
    const words = this.#words(before);
    if (after === undefined) return words;
    this.#spaces = undefined;
    this.#scanner = new ObjectScanner();
    return [...words, ...this.#inside(after)];
  }

  /** Between calls only line breaks stand; they are no part of the answer. */
  #words(text: string): readonly Output[] {
    if (this.#spaces === undefined) return spoken(text);
    const seen = this.#spaces + text;
    this.#spaces = seen.trim() === "" ? seen : undefined;
    return this.#spaces === undefined ? spoken(seen) : [];
  }

  #inside(text: string): readonly Output[] {
    if (this.#scanner === undefined) return [];
    const { objects, rest } = this.#scanner.push(text);
    const calls = objects.flatMap((object) => this.readObject(object, "arguments"));
    if (this.#protocol.close.control || this.#scanner.unfinished !== "") return calls;
    const { after } = this.#closing.push(rest);
    return after === undefined ? calls : [...calls, ...this.#close(after)];
  }

  #close(after: string): readonly Output[] {
    if (this.#scanner?.unfinished !== "") this.broken ??= this.#scanner?.unfinished;
    this.#scanner = undefined;
    this.#closing = new MarkFinder(this.#protocol.close.text);
    this.#spaces = "";
    return after === "" ? [] : this.#content(after);
  }
}

/** An answer that begins with `{` is calls and nothing else; any other is words. */
class BareParser extends CallReader implements ToolCallParser {
  #scanner: ObjectScanner | undefined;
  #spaces: string | undefined = "";

  push(input: AnswerInput): readonly Output[] {
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

  finish(): readonly Output[] {
    return spoken(this.#spaces ?? "");
  }

  get unfinished(): string | undefined {
    return this.broken ?? (this.#scanner?.unfinished || undefined);
  }
}
