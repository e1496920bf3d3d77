import type { ChatMessage, Guardrail, GuardrailReport, PolicyNotice } from "#protocol";
import { checkGuardrails } from "../moderation/guardrails.ts";
import type { Call } from "./call.ts";
import type { InferenceContext } from "./inference.ts";
import type { TurnEvent } from "./turn.ts";

/** What judges one request: the workspace's policy, and the guardrails that the request brings along. */
export interface Watch {
  /** Warnings of the policy so far. */
  readonly notices: readonly PolicyNotice[];
  /** What the guardrails found; undefined until they have, and where there are none. */
  readonly guardrails: readonly GuardrailReport[] | undefined;
  /** Checks what was asked, then starts answering: nothing is generated for a question that is refused. */
  afterCheck(answer: () => AsyncIterable<TurnEvent>): AsyncIterable<TurnEvent>;
  /** Lets an answer out as far as it was judged. */
  watch(events: AsyncIterable<TurnEvent>): AsyncIterable<TurnEvent>;
}

export interface Watched {
  /** What people said, oldest first. */
  readonly userTexts: readonly string[];
  readonly guardrails: readonly Guardrail[];
}

export async function beginWatch(parts: InferenceContext, call: Call, asked: Watched): Promise<Watch> {
  const { userTexts, guardrails } = asked;
  const policy = await parts.policies?.begin(call, { userTexts, priority: parts.priority ?? 0 });
  let reports: readonly GuardrailReport[] | undefined;
  const check = async (): Promise<void> => {
    const text = userTexts.at(-1);
    if (guardrails.length > 0 && text !== undefined) reports = await checkGuardrails(parts, { guardrails, text }, call);
    await policy?.checkInput();
  };
  return {
    notices: policy?.notices ?? [],
    get guardrails() {
      return reports;
    },
    async *afterCheck(answer) {
      await check();
      yield* answer();
    },
    watch: (events) => policy?.watch(events) ?? events,
  };
}

/** What people said in a conversation, oldest first. */
export function userTextsOf(messages: readonly ChatMessage[]): readonly string[] {
  return messages.flatMap((message) => (message.role === "user" ? [message.text] : []));
}
