import { randomBytes } from "node:crypto";
import { countUsage } from "#protocol";
import type {
  ChatCompletionChunk,
  ConversationEntry,
  ConversationEvent,
  GuardrailReport,
  PolicyNotice,
  Usage,
} from "#protocol";

type Part = { readonly type: string; readonly [field: string]: unknown };

export const newEntryId = (kind: "msg" | "fc" | "fr"): string => `${kind}_${randomBytes(16).toString("hex")}`;

export interface Findings {
  readonly policy?: readonly PolicyNotice[];
  readonly guardrails?: readonly GuardrailReport[];
}

/** Turns the chunks of one answer (one choice) into a conversation's events, and keeps the entries they add up to. */
export class TurnOutput {
  readonly #model: string;
  readonly #agentId: string | undefined;
  readonly #now: () => string;
  readonly #began: string;
  readonly #messageId = newEntryId("msg");
  readonly #calls: ConversationEntry[] = [];
  #parts: Part[] = [];
  #usage: Usage = countUsage(0, 0, 0);
  #findings: Findings = {};

  constructor(parts: { readonly model: string; readonly agentId: string | undefined; readonly now: () => string }) {
    this.#model = parts.model;
    this.#agentId = parts.agentId;
    this.#now = parts.now;
    this.#began = parts.now();
  }

  get usage(): Usage {
    return this.#usage;
  }

  /** What the policy and the guardrails found. */
  get findings(): Findings {
    return this.#findings;
  }

  /** What was said, then what was called. */
  get entries(): readonly ConversationEntry[] {
    if (this.#parts.length === 0 && this.#calls.length > 0) return this.#calls;
    const isPlain = this.#parts.every(({ type }) => type === "text");
    const content = isPlain ? this.#parts.map(({ text }) => String(text)).join("") : this.#parts;
    const times = { created_at: this.#began, completed_at: this.#now() };
    const message = {
      ...this.#author(),
      object: "entry",
      type: "message.output",
      ...times,
      id: this.#messageId,
    } as const;
    return [{ ...message, role: "assistant", content }, ...this.#calls];
  }

  *read(chunk: ChatCompletionChunk): Generator<ConversationEvent> {
    this.#usage = chunk.usage ?? this.#usage;
    const { policy, guardrails } = chunk;
    this.#findings = { ...this.#findings, ...(policy ? { policy } : {}), ...(guardrails ? { guardrails } : {}) };
    const delta = chunk.choices[0]?.delta;
    const content: unknown = delta?.content;
    const said = typeof content === "string" ? (content === "" ? [] : [content]) : ((content ?? []) as Part[]);
    for (const piece of said) {
      this.#parts = joined(this.#parts, typeof piece === "string" ? { type: "text", text: piece } : piece);
      yield {
        ...this.#author(),
        type: "message.output.delta",
        created_at: this.#now(),
        output_index: 0,
        content_index: 0,
        id: this.#messageId,
        role: "assistant",
        content: piece,
      };
    }
    for (const call of delta?.tool_calls ?? []) {
      const { name, arguments: args } = call.function;
      const facts = { ...this.#author(), id: newEntryId("fc"), name, tool_call_id: call.id, arguments: args };
      this.#calls.push({
        ...facts,
        object: "entry",
        type: "function.call",
        created_at: this.#now(),
        completed_at: this.#now(),
      });
      const index = this.#calls.length - (this.#parts.length === 0 ? 1 : 0);
      yield { ...facts, type: "function.call.delta", created_at: this.#now(), output_index: index };
    }
  }

  #author(): { readonly model: string; readonly agent_id?: string } {
    return { model: this.#model, ...(this.#agentId === undefined ? {} : { agent_id: this.#agentId }) };
  }
}

/** Words join the words before them. */
function joined(parts: readonly Part[], part: Part): Part[] {
  const last = parts.at(-1);
  if (last?.type !== "text" || part.type !== "text") return [...parts, part];
  return [...parts.slice(0, -1), { type: "text", text: `${String(last["text"])}${String(part["text"])}` }];
}
