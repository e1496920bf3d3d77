import { randomUUID } from "node:crypto";
import type { Conversation, ThreadMessage, ToolCallView } from "#protocol";
import type { AnswerMessage } from "./answerer.ts";
import type { StoredConversation, StoredMessage } from "./chat-store.ts";

/** An answer about to be written to `question`. */
export function answerUnder(question: StoredMessage, details: StoredMessage["details"], nowMs: number): StoredMessage {
  return {
    id: randomUUID(),
    conversationId: question.conversationId,
    parentId: question.id,
    depth: question.depth + 1,
    role: "assistant",
    content: "",
    status: "streaming",
    createdAtMs: nowMs,
    details,
  };
}

/** A branch as the model hears it. A question that a rule refused, and what stands for its answer, are left out. */
export function asAnswerMessages(path: readonly StoredMessage[]): AnswerMessage[] {
  const isRefused = ({ status, content }: StoredMessage): boolean => status === "refused" && content === "";
  const refused = new Set(path.flatMap((message) => (isRefused(message) ? [message.id, message.parentId] : [])));
  return path.filter(({ id }) => !refused.has(id)).flatMap(messagesOf);
}

/** A message as the model hears it: a question with its files, an answer's calls and what they gave back where they stood. */
function messagesOf(message: StoredMessage): AnswerMessage[] {
  const { role, content, details } = message;
  const files = (details.attachments ?? []).map(({ name, text }) => ({ name, text }));
  if (role === "user") return [{ role, content, ...(files.length > 0 ? { files } : {}) }];
  const { rounds, rest } = roundsOf(content, details.toolCalls ?? []);
  return [...rounds, { role, content: rest }];
}

/**
 * An answer as the rounds of calls in it, and the text after the last one. Calls nobody answered are left out: the model
 * would wait for them.
 */
export function roundsOf(
  content: string,
  toolCalls: readonly ToolCallView[],
): { readonly rounds: readonly AnswerMessage[]; readonly rest: string } {
  const answered = toolCalls.filter(({ result }) => result !== undefined);
  const places = [...new Set(answered.map(({ at }) => at))];
  const rounds = places.flatMap((at, index): AnswerMessage[] => {
    const calls = answered.filter((call) => call.at === at);
    return [
      { role: "assistant", content: content.slice(places[index - 1] ?? 0, at), calls },
      ...calls.map(({ id, name, result }) => ({ role: "tool" as const, callId: id, name, content: result! })),
    ];
  });
  return { rounds, rest: content.slice(places.at(-1) ?? 0) };
}

/** An answer as far as one of its calls, which is to be made anew; undefined: that one did not fail. */
export function upToFailedCall(
  { content, details }: StoredMessage,
  callId: string,
): Pick<StoredMessage, "content" | "details"> | undefined {
  const { model, schema, tools, toolCalls = [] } = details;
  const failed = toolCalls.find(({ id, status }) => id === callId && status === "failed");
  if (failed === undefined) return undefined;
  const { result: _, ms: __, ...call } = failed;
  const kept = toolCalls
    .filter(({ at }) => at <= failed.at)
    .map((other) => (other === failed ? { ...call, status: "running" as const } : other));
  const asked = { ...(model ? { model } : {}), ...(schema ? { schema } : {}), ...(tools ? { tools } : {}) };
  return { content: content.slice(0, failed.at), details: { ...asked, toolCalls: kept } };
}

/** The first line of the question, cut at a word. */
export function titleFrom(content: string): string {
  const line = content.trim().split("\n", 1)[0]!.replaceAll(/\s+/g, " ");
  if (line.length <= 60) return line;
  const cut = line.slice(0, 60);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(" "), 40))}…`;
}

export function toConversation(stored: StoredConversation): Conversation {
  const { id, title, pinned, model, createdAtMs, updatedAtMs, shareToken } = stored;
  return { id, title, pinned, model, createdAtMs, updatedAtMs, shareToken };
}

/** What a reader sees of a message, given the alternatives to it and the run that writes it. */
export function toThreadMessage(stored: StoredMessage, siblings: readonly string[], runId?: string): ThreadMessage {
  const { id, conversationId, parentId, role, content, status, createdAtMs, details } = stored;
  const message = { id, conversationId, parentId, role, content, status, createdAtMs, details, siblings };
  return runId === undefined ? message : { ...message, runId };
}
