import { randomUUID } from "node:crypto";
import type { Attachment, Conversation, ThreadMessage } from "#protocol";
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
  return path.filter(({ id }) => !refused.has(id)).map(asAnswerMessage);
}

/** A message as the model hears it, its files first. */
function asAnswerMessage({ role, content, details }: StoredMessage): AnswerMessage {
  const files = details.attachments ?? [];
  return { role, content: files.length === 0 ? content : `${files.map(asText).join("\n\n")}\n\n${content}` };
}

function asText({ name, text }: Attachment): string {
  return `File "${name}":\n${text}`;
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
