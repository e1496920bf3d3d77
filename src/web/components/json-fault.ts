import type { MessageKey } from "../i18n/catalog.ts";
import type { Words } from "../i18n/words.ts";

/** The line where a text stops being JSON, or the shape that was wanted. */
export type JsonFault = { readonly line: number } | { readonly wanted: "[ … ]" | "{ … }" };

/** What keeps a text from being a JSON array or object; undefined: nothing, or there is no text. */
export function jsonFault(text: string, kind: "array" | "object"): JsonFault | undefined {
  if (text.trim() === "") return undefined;
  try {
    const value: unknown = JSON.parse(text);
    const isRight = kind === "array" ? Array.isArray(value) : typeof value === "object" && !Array.isArray(value);
    return isRight && value !== null ? undefined : { wanted: kind === "array" ? "[ … ]" : "{ … }" };
  } catch (error) {
    const message = error instanceof Error ? error.message : "";
    const line = /line (\d+)/.exec(message)?.[1];
    const at = Number(/position (\d+)/.exec(message)?.[1] ?? firstOddity(text));
    return { line: line === undefined ? text.slice(0, at).split("\n").length : Number(line) };
  }
}

/** The same in the reader's language. */
export function jsonFaultText<Key extends string>(words: Words<MessageKey | Key>, fault: JsonFault): string {
  return "line" in fault ? words.t("json.line", { n: fault.line }) : words.t("json.wanted", { wanted: fault.wanted });
}

/** Where the text stops being made of JSON's words; browsers do not always say. */
function firstOddity(text: string): number {
  const word = /\s*(?:[{}[\],:]|"(?:[^"\\\n]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)|\s+$/y;
  let at = 0;
  while (at < text.length && word.test(text)) at = word.lastIndex;
  return at + /^\s*/.exec(text.slice(at))![0].length;
}
