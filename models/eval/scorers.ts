import type { Sample, ToolCall } from "../recipe/src/sample.ts";
import { guessLanguage } from "./language.ts";

/** What the model said: text, or calls of tools. */
export interface Answer {
  text: string;
  toolCalls: readonly ToolCall[];
}

export type Scorer = (sample: Sample, answer: Answer) => boolean;

const calls = (sample: Sample): readonly ToolCall[] => (typeof sample.answer === "string" ? [] : sample.answer);

/** Equality of JSON values whatever the order of keys. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [Object.entries(a), new Map(Object.entries(b))];
  return left.length === right.size && left.every(([key, value]) => right.has(key) && equal(value, right.get(key)));
}

export const sameText: Scorer = (sample, answer) =>
  answer.toolCalls.length === 0 && typeof sample.answer === "string" && answer.text.trim() === sample.answer.trim();

/** The right tools are called, in order; or none where none fits. */
export const sameTool: Scorer = (sample, answer) =>
  equal(
    answer.toolCalls.map((call) => call.name),
    calls(sample).map((call) => call.name),
  );

export const sameCalls: Scorer = (sample, answer) =>
  sameTool(sample, answer) &&
  equal(
    answer.toolCalls.map((call) => call.arguments),
    calls(sample).map((call) => call.arguments),
  );

export const sameJson: Scorer = (sample, answer) => {
  try {
    return equal(JSON.parse(answer.text), typeof sample.answer === "string" && JSON.parse(sample.answer));
  } catch {
    return false;
  }
};

export const languageIs: Scorer = (sample, answer) => guessLanguage(answer.text) === sample.lang;
