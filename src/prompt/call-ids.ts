import type { ToolCall } from "#protocol";
import type { AssistantMessage, Message, ToolMessage } from "./conversation.ts";
import { functionCallError } from "./message-order.ts";
import { isNativeCallId, nativeCallId } from "./tool-call-id.ts";

export interface CallIdRules {
  /** Refuse missing and foreign ids instead of repairing them. */
  readonly strict: boolean;
  /** Refuse results whose id no pending call has. */
  readonly checksResults: boolean;
}

/** A tool call after `settleCallIds`. */
export interface SettledCall extends ToolCall {
  readonly id: string;
}

/** A tool result after `settleCallIds`: it knows its call. */
export interface SettledResult extends ToolMessage {
  readonly callId: string;
}

export interface SettledAssistant extends AssistantMessage {
  readonly toolCalls: readonly SettledCall[];
}

export type SettledMessage = Exclude<Message, AssistantMessage | ToolMessage> | SettledAssistant | SettledResult;

/**
 * Gives every call and result an id of nine letters or digits. Results without an id (or with the `"null"` of the first
 * clients) answer the calls still open, in order; foreign ids are replaced by stand-ins; results without a name get
 * their call's. Expects as many results as calls. Errors: `invalid_function_call`.
 */
export function settleCallIds(messages: readonly Message[], rules: CallIdRules): readonly SettledMessage[] {
  const ids = new StandIns(rules.strict);
  let open: SettledCall[] = [];
  return messages.map((message, index): SettledMessage => {
    if (message.role === "assistant") {
      const toolCalls = message.toolCalls.map((call, position) => {
        const field = `messages[${index}].tool_calls[${position}].id`;
        return { ...call, id: ids.of(known(call.id) ?? ids.unnamed(index, position, field), field) };
      });
      open = [...toolCalls];
      return { ...message, toolCalls };
    }
    if (message.role !== "tool") return message;
    const call = takeCall(message, open, { ids, rules, field: `messages[${index}].tool_call_id` });
    return { ...message, callId: call.id, name: message.name ?? call.name };
  });
}

interface Place {
  readonly ids: StandIns;
  readonly rules: CallIdRules;
  readonly field: string;
}

/** Removes the call a result answers from the open ones. */
function takeCall(
  message: ToolMessage,
  open: SettledCall[],
  { ids, rules, field }: Place,
): { id: string; name?: string } {
  const given = known(message.callId);
  if (given === undefined) {
    if (rules.strict) throw badId("null", field);
    const call = open.shift();
    if (call === undefined) throw functionCallError("Unexpected tool call id null in tool results", field);
    return call;
  }
  const id = ids.of(given, field);
  const position = open.findIndex((call) => call.id === id);
  const [call] = position < 0 ? [] : open.splice(position, 1);
  if (call === undefined && rules.checksResults) {
    const fault = ids.wasAnswered(id) ? "Duplicate" : "Unexpected";
    throw functionCallError(`${fault} tool call id ${given} in tool results`, field);
  }
  ids.markAnswered(id);
  return call ?? { id };
}

function known(id: string | undefined): string | undefined {
  return id === undefined || id === "" || id === "null" ? undefined : id;
}

function badId(id: string, field: string): Error {
  return functionCallError(`Tool call id was ${id} but must be a-z, A-Z, 0-9, with a length of 9.`, field);
}

/** One conversation's map from the caller's ids to the prompt's; no two callers' ids share one. */
class StandIns {
  readonly #strict: boolean;
  readonly #byForeign = new Map<string, string>();
  readonly #taken = new Set<string>();
  readonly #answered = new Set<string>();

  constructor(strict: boolean) {
    this.#strict = strict;
  }

  of(id: string, field: string): string {
    const seen = this.#byForeign.get(id);
    if (seen !== undefined) return seen;
    if (this.#strict && !isNativeCallId(id)) throw badId(id, field);
    let native = isNativeCallId(id) ? id : nativeCallId(id);
    for (let attempt = 1; this.#taken.has(native); attempt += 1) native = nativeCallId(id, attempt);
    this.#byForeign.set(id, native);
    this.#taken.add(native);
    return native;
  }

  unnamed(message: number, position: number, field: string): string {
    if (this.#strict) throw badId("null", field);
    return `call ${position} of message ${message}`;
  }

  markAnswered(id: string): void {
    this.#answered.add(id);
  }

  wasAnswered(id: string): boolean {
    return this.#answered.has(id);
  }
}
