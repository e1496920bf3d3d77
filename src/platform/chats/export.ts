import type { Conversation } from "#protocol";
import type { StoredMessage } from "./chat-store.ts";

export interface Transcript {
  readonly conversation: Conversation;
  readonly messages: readonly StoredMessage[];
}

/** A conversation as Markdown, one section per message. */
export function asMarkdown({ conversation, messages }: Transcript): string {
  const sections = messages.map(({ role, content, createdAtMs, details }) => {
    const who = role === "user" ? "You" : (details.model ?? "Assistant");
    const files = (details.attachments ?? [])
      .map(({ name, bytes }) => `Attached: ${name} (${bytes} bytes)\n\n`)
      .join("");
    return `## ${who} · ${new Date(createdAtMs).toISOString()}\n\n${files}${content}\n`;
  });
  return `# ${conversation.title}\n\n${sections.join("\n")}`;
}

/** A conversation as JSON that can be read back: everything kept of the branch shown. */
export function asJson({ conversation, messages }: Transcript): string {
  return JSON.stringify({ conversation, messages }, undefined, 2);
}
