import type { ChatMessage, Guardrail, GuardrailReport, PolicyNotice } from "#protocol";
import { checkGuardrails } from "../moderation/guardrails.ts";
import type { PolicyWatch } from "../policies/policy-guard.ts";
import type { Call } from "./call.ts";
import type { InferenceContext } from "./inference.ts";
import type { Turn, TurnEvent } from "./turn.ts";

/** What judges one request: the workspace's policy, and the guardrails that the request brings along. */
export interface Watch {
  /** Warnings of the policy so far, and what it let through unjudged. */
  readonly notices: readonly PolicyNotice[];
  /** What the guardrails found; undefined until they have, and where there are none. */
  readonly guardrails: readonly GuardrailReport[] | undefined;
  /** Checks what was asked, then starts answering: nothing is generated for a question that is refused. */
  afterCheck(answer: () => Turn): Turn;
  /** Lets an answer out as far as it was judged. */
  watch(turn: Turn): Turn;
}

export interface Watched {
  /** What people said, oldest first. */
  readonly userTexts: readonly string[];
  readonly guardrails: readonly Guardrail[];
}

export async function beginWatch(parts: InferenceContext, call: Call, asked: Watched): Promise<Watch> {
  const policy = await parts.policies?.begin(call, { userTexts: asked.userTexts, priority: parts.priority ?? 0 });
  return policy === undefined && asked.guardrails.length === 0
    ? UNWATCHED
    : new RequestWatch(parts, call, { ...asked, policy });
}

/** Nobody has anything to say. */
const UNWATCHED: Watch = {
  notices: [],
  guardrails: undefined,
  afterCheck: (answer) => new LaterTurn(answer),
  watch: (turn) => turn,
};

/** An answer that starts when somebody begins to read it. */
class LaterTurn implements Turn {
  readonly #answer: () => Turn;

  constructor(answer: () => Turn) {
    this.#answer = answer;
  }

  [Symbol.asyncIterator](): AsyncIterator<readonly TurnEvent[]> {
    return this.#answer()[Symbol.asyncIterator]();
  }
}

class RequestWatch implements Watch {
  guardrails: readonly GuardrailReport[] | undefined;
  readonly #parts: InferenceContext;
  readonly #call: Call;
  readonly #asked: Watched & { readonly policy: PolicyWatch | undefined };

  constructor(parts: InferenceContext, call: Call, asked: Watched & { readonly policy: PolicyWatch | undefined }) {
    this.#parts = parts;
    this.#call = call;
    this.#asked = asked;
  }

  get notices(): readonly PolicyNotice[] {
    return this.#asked.policy?.notices ?? [];
  }

  afterCheck(answer: () => Turn): Turn {
    return { [Symbol.asyncIterator]: () => new CheckedAnswer(() => this.#check(), answer) };
  }

  watch(turn: Turn): Turn {
    return this.#asked.policy?.watch(turn) ?? turn;
  }

  async #check(): Promise<void> {
    const { userTexts, guardrails, policy } = this.#asked;
    const text = userTexts.at(-1);
    if (guardrails.length > 0 && text !== undefined)
      this.guardrails = await checkGuardrails(this.#parts, { guardrails, text }, this.#call);
    await policy?.checkInput();
  }
}

/** An answer that starts when the check has passed. No generator: that would cost every piece of it turns of the event loop. */
class CheckedAnswer implements AsyncIterator<readonly TurnEvent[], undefined> {
  readonly #check: () => Promise<void>;
  readonly #answer: () => Turn;
  #events: AsyncIterator<readonly TurnEvent[], undefined> | undefined;
  #isLeft = false;

  constructor(check: () => Promise<void>, answer: () => Turn) {
    this.#check = check;
    this.#answer = answer;
  }

  next(): Promise<IteratorResult<readonly TurnEvent[], undefined>> {
    return this.#events?.next() ?? this.#begin();
  }

  async return(): Promise<IteratorResult<readonly TurnEvent[], undefined>> {
    this.#isLeft = true;
    await this.#events?.return?.();
    return { done: true, value: undefined };
  }

  async #begin(): Promise<IteratorResult<readonly TurnEvent[], undefined>> {
    if (!this.#isLeft) await this.#check();
    if (this.#isLeft) return { done: true, value: undefined };
    this.#events = this.#answer()[Symbol.asyncIterator]();
    return await this.#events.next();
  }
}

/** What people said in a conversation, oldest first. */
export function userTextsOf(messages: readonly ChatMessage[]): readonly string[] {
  const texts: string[] = [];
  for (const message of messages) if (message.role === "user") texts.push(message.text);
  return texts;
}
