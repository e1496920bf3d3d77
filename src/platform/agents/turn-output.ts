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
import { DOCUMENT_TOOL } from "./document-tool.ts";
import type { LookedUp } from "./document-tool.ts";

type Part = { readonly type: string; readonly [field: string]: unknown };

export const newEntryId = (kind: "msg" | "fc" | "fr" | "tool_exec"): string =>
  `${kind}_${randomBytes(16).toString("hex")}`;

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
  readonly #looked: LookedUp | undefined;
  readonly #executions: ConversationEntry[];
  #parts: Part[] = [];
  #usage: Usage = countUsage(0, 0, 0);
  #findings: Findings = {};

  constructor(parts: {
    readonly model: string;
    readonly agentId: string | undefined;
    readonly looked: LookedUp | undefined;
    readonly now: () => string;
  }) {
    this.#model = parts.model;
    this.#agentId = parts.agentId;
    this.#now = parts.now;
    this.#began = parts.now();
    this.#looked = parts.looked;
    this.#executions = parts.looked ? [this.#execution(parts.looked)] : [];
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
    const looks = this.#executions;
    if (this.#parts.length === 0 && this.#calls.length > 0) return [...looks, ...this.#calls];
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
    return [...looks, { ...message, role: "assistant", content }, ...this.#calls];
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
        output_index: this.#executions.length,
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
      const index = this.#executions.length + this.#calls.length - (this.#parts.length === 0 ? 1 : 0);
      yield { ...facts, type: "function.call.delta", created_at: this.#now(), output_index: index };
    }
  }

  /** What was looked up before the answer. */
  *begin(): Generator<ConversationEvent> {
    for (const [index, { id, name, arguments: args, info }] of this.#executions.entries()) {
      const about = { output_index: index, id, name, arguments: args, ...this.#author() };
      yield { type: "tool.execution.started", created_at: this.#began, ...about };
      yield { type: "tool.execution.done", created_at: this.#now(), ...about, info };
    }
  }

  /** The documents that the answer could lean on, after its words. */
  *end(): Generator<ConversationEvent> {
    if (this.#parts.length === 0) return;
    for (const reference of referencesTo(this.#looked)) {
      this.#parts = [...this.#parts, reference];
      yield {
        ...this.#author(),
        type: "message.output.delta",
        created_at: this.#now(),
        output_index: this.#executions.length,
        content_index: this.#parts.length - 1,
        id: this.#messageId,
        role: "assistant",
        content: reference,
      };
    }
  }

  #execution({ query, passages }: LookedUp): ConversationEntry {
    const found = passages.map(({ libraryId, documentId, documentName, position, page }) => ({
      library_id: libraryId,
      document_id: documentId,
      name: documentName,
      position,
      page,
    }));
    return {
      ...this.#author(),
      object: "entry",
      type: "tool.execution",
      id: newEntryId("tool_exec"),
      created_at: this.#began,
      completed_at: this.#began,
      name: DOCUMENT_TOOL,
      arguments: JSON.stringify({ query }),
      info: { passages: found },
    };
  }

  #author(): { readonly model: string; readonly agent_id?: string } {
    return { model: this.#model, ...(this.#agentId === undefined ? {} : { agent_id: this.#agentId }) };
  }
}

/** One reference per document, in the order of their best passages; `[n]` in the answer are passages of the look-up. */
function referencesTo(looked: LookedUp | undefined): Part[] {
  const seen = new Set<string>();
  return (looked?.passages ?? []).flatMap(({ documentId, documentName, libraryId, page }, index) => {
    if (seen.has(documentId)) return [];
    seen.add(documentId);
    const url = `/v1/libraries/${libraryId}/documents/${documentId}`;
    const where = page === null ? `passage ${index + 1}` : `passage ${index + 1}, page ${page}`;
    return [{ type: "tool_reference", tool: DOCUMENT_TOOL, title: documentName, url, description: where }];
  });
}

/** Words join the words before them. */
function joined(parts: readonly Part[], part: Part): Part[] {
  const last = parts.at(-1);
  if (last?.type !== "text" || part.type !== "text") return [...parts, part];
  return [...parts.slice(0, -1), { type: "text", text: `${String(last["text"])}${String(part["text"])}` }];
}
