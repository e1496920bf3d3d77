import { hash } from "./random.ts";

export const languages = ["en", "fr", "es", "de", "it"] as const;
export type Language = (typeof languages)[number];
export type Text = Record<Language, string>;
export type Texts = Record<Language, readonly string[]>;

/** `train` never sees what `test` is made of: entities, tool names, schema shapes and phrasings are split by hash. */
export type Split = "train" | "test";

/** Share of every vocabulary that is kept for the held-out tests: one in this many. */
const heldOutOneIn = 8;

export function isHeldOut(key: string): boolean {
  return hash(key) % heldOutOneIn === 0;
}

/** The part of `items` that the split may use; a list too short to be split is shared. */
export function forSplit<T>(items: readonly T[], split: Split, key: (item: T) => string = String): readonly T[] {
  const part = items.filter((item) => isHeldOut(key(item)) === (split === "test"));
  return part.length > 0 ? part : items;
}

export interface ToolDefinition {
  type: "function";
  function: { name: string; description?: string; parameters: object };
}

export interface ToolCall {
  name: string;
  arguments: Record<string, unknown>;
  /** 9 letters or digits in a call that lies in the past; absent in one the model is to write. */
  id?: string;
}

export type Message =
  | { role: "system" | "user"; content: string }
  | { role: "assistant"; content: string; toolCalls?: ToolCall[] }
  | { role: "tool"; content: string; callId: string };

/** One example: a conversation, and what the model must answer to it. */
export interface Sample {
  skill: Skill;
  lang: Language;
  messages: Message[];
  tools?: ToolDefinition[];
  responseFormat?: object;
  /** The answer as text, or as calls of tools. */
  answer: string | ToolCall[];
  /** Character ranges of a text answer that carry no loss, because the grammar forces them. */
  forced?: [start: number, end: number][];
  /** Also train the assistant's earlier turns: small talk, and several questions about one text or one set of tools. */
  trainAll?: boolean;
  /** Put the tools before the first user message, not the last: several questions then share one reading of them. */
  toolsFirst?: boolean;
  /** How an answer is judged: whole text equal, JSON equal, or a list of accepted texts. */
  accept?: readonly string[];
}

export const skills = [
  "chat",
  "faq",
  "tools",
  "extract",
  "copy",
  "classify",
  "needle",
  "translate",
  "reason",
  "format",
  "tool-result",
] as const;
export type Skill = (typeof skills)[number];
