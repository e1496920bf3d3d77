import type { Clock } from "#base";
import type { ChatToolName, FunctionTool } from "#protocol";
import { calculate } from "./calculate.ts";

/** What an answer may call. Nothing here reads or changes anything outside of the call. */
const TOOLS: Readonly<Record<ChatToolName, FunctionTool>> = {
  calculate: {
    name: "calculate",
    description: "Evaluates an arithmetic expression exactly as written, such as (3 + 4) * 2 ^ 5 or sqrt(2).",
    parameters: {
      type: "object",
      properties: { expression: { type: "string" } },
      required: ["expression"],
      additionalProperties: false,
    },
    strict: false,
  },
  current_time: {
    name: "current_time",
    description: "The date and time now, in a time zone such as Europe/Paris or UTC.",
    parameters: {
      type: "object",
      properties: { time_zone: { type: "string" } },
      required: ["time_zone"],
      additionalProperties: false,
    },
    strict: false,
  },
};

export function chatTools(names: readonly ChatToolName[]): readonly FunctionTool[] {
  return names.map((name) => TOOLS[name]);
}

/** Runs a call. Throws an error whose message may be shown to people and to the model. */
export function runChatTool(call: { readonly name: string; readonly arguments: string }, clock: Clock): string {
  const given = JSON.parse(call.arguments) as Readonly<Record<string, unknown>>;
  switch (call.name) {
    case "calculate":
      return String(calculate(textIn(given, "expression")));
    case "current_time":
      return timeIn(textIn(given, "time_zone"), clock);
    default:
      throw new Error(`There is no tool named ${call.name}.`);
  }
}

function textIn(given: Readonly<Record<string, unknown>>, name: string): string {
  const value = given[name];
  if (typeof value === "string") return value;
  throw new Error(`${name} must be a text.`);
}

function timeIn(timeZone: string, clock: Clock): string {
  try {
    const options = { timeZone, dateStyle: "full", timeStyle: "long" } as const;
    return new Intl.DateTimeFormat("en-GB", options).format(clock.nowMs());
  } catch {
    throw new Error(`There is no time zone named ${JSON.stringify(timeZone)}.`);
  }
}
