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

/** Many conversations as one text of the format, in pieces. */
export async function* asOneText(
  transcripts: AsyncIterable<Transcript>,
  format: "md" | "json",
): AsyncGenerator<string> {
  let isFirst = true;
  if (format === "json") yield "[";
  for await (const transcript of transcripts) {
    if (!isFirst) yield format === "json" ? ",\n" : "\n---\n\n";
    isFirst = false;
    yield format === "json" ? asJson(transcript) : asMarkdown(transcript);
  }
  if (format === "json") yield "]\n";
}

/** A conversation as JSON that can be read back: everything kept of the branch shown. */
export function asJson({ conversation, messages }: Transcript): string {
  return JSON.stringify({ conversation, messages }, undefined, 2);
}
