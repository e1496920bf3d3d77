import type { ChatMessage } from "#protocol";
import type { PolicyWatch } from "../policies/policy-guard.ts";
import type { Call } from "./call.ts";
import type { InferenceParts } from "./inference.ts";
import type { TurnEvent } from "./turn.ts";

/** The policy's eye on one request; undefined when no rule concerns it. */
export async function beginWatch(
  { policies, priority }: InferenceParts,
  call: Call,
  userTexts: readonly string[],
): Promise<PolicyWatch | undefined> {
  return await policies?.begin(call, { userTexts, priority: priority ?? 0 });
}

/** Checks what was asked, then starts answering: nothing is generated for a message that is refused. */
export async function* afterCheck(
  watch: PolicyWatch | undefined,
  answer: () => AsyncIterable<TurnEvent>,
): AsyncGenerator<TurnEvent> {
  await watch?.checkInput();
  yield* answer();
}

/** What people said in a conversation, oldest first. */
export function userTextsOf(messages: readonly ChatMessage[]): readonly string[] {
  return messages.flatMap((message) => (message.role === "user" ? [message.text] : []));
}
