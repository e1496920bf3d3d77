import type { Caller } from "../tenancy/caller.ts";
import type { Conversation, FoundMessage, MessageDetails, MessageStatus, SearchHit, ThreadMessage } from "#protocol";

/** Whose conversations: every read and write is confined to one user of one workspace. */
export interface ChatOwner {
  readonly workspaceId: string;
  readonly userId: string;
}

/** An owner who is here, and as whom models are asked. */
export interface ChatUser extends ChatOwner {
  readonly caller: Caller;
}

/** A message as kept: without what is computed for a reader. */
export type StoredMessage = Omit<ThreadMessage, "siblings" | "runId"> & {
  /** Distance from the first message of its branch; the first has 0. */
  readonly depth: number;
};

export interface StoredConversation extends Conversation {
  /** Last message of the branch shown; null in an empty conversation. */
  readonly leafId: string | null;
}

export interface ConversationPatch {
  readonly title?: string;
  readonly pinned?: boolean;
  readonly model?: string;
  readonly leafId?: string;
  readonly shareToken?: string | null;
  readonly updatedAtMs?: number;
}

export interface MessagePatch {
  readonly content?: string;
  readonly status?: MessageStatus;
  readonly details?: MessageDetails;
}

/** A send that was already carried out under the same idempotency key. */
export interface SentPair {
  readonly userMessageId: string;
  readonly answerId: string;
}

/**
 * Where conversations live. A conversation is a tree of messages: an edit or a regenerated answer is a sibling, nothing is
 * overwritten. Methods that take an owner answer `undefined` for what is not the owner's, exactly as for what does not exist.
 */
export interface ChatStore {
  createConversation(owner: ChatOwner, conversation: StoredConversation): Promise<void>;
  /** Newest change first. */
  listConversations(owner: ChatOwner): Promise<StoredConversation[]>;
  conversation(owner: ChatOwner, id: string): Promise<StoredConversation | undefined>;
  updateConversation(owner: ChatOwner, id: string, patch: ConversationPatch): Promise<StoredConversation | undefined>;
  deleteConversation(owner: ChatOwner, id: string): Promise<boolean>;
  /** The conversation that anybody in the workspace may read through this token. */
  sharedConversation(workspaceId: string, shareToken: string): Promise<StoredConversation | undefined>;

  /** Adds messages, parents first, and shows the branch that ends in the last one; all or nothing. */
  append(conversationId: string, messages: readonly StoredMessage[], idempotencyKey?: string): Promise<void>;
  sentUnder(conversationId: string, idempotencyKey: string): Promise<SentPair | undefined>;
  message(owner: ChatOwner, id: string): Promise<StoredMessage | undefined>;
  updateMessage(id: string, patch: MessagePatch): Promise<void>;
  /** At most `limit` messages that end in `lastId`, following parents, oldest first. */
  path(conversationId: string, lastId: string, limit: number): Promise<StoredMessage[]>;
  /** Ids of the children of each of these parents (null: the first messages), oldest first. */
  children(conversationId: string, parentIds: readonly (string | null)[]): Promise<Map<string | null, string[]>>;
  /** From this message down, always to the newest child: the end of the branch a reader expects. */
  newestLeafUnder(conversationId: string, messageId: string): Promise<string>;
  /** Marks every message still `streaming` as `interrupted`, for a server that starts; returns how many. */
  interruptStreaming(): Promise<number>;
  /** The messages up from `lastId` that contain `text`, in their order; case and the signs of Markdown do not count. */
  find(conversationId: string, lastId: string, text: string): Promise<FoundMessage[]>;
  /** Case-insensitive substring in titles and messages, newest conversation first, one hit per conversation. */
  search(owner: ChatOwner, text: string, limit: number): Promise<SearchHit[]>;
}

/** What is found is told up to so many. */
export const MOST_FOUND = 10_000;

/** Up to 160 characters around the first match. */
export function excerptAround(text: string, needle: string): string {
  const at = Math.max(0, text.toLowerCase().indexOf(needle.toLowerCase()));
  const start = Math.max(0, at - 60);
  const end = Math.min(text.length, start + 160);
  const middle = text.slice(start, end).replaceAll(/\s+/g, " ").trim();
  return `${start > 0 ? "…" : ""}${middle}${end < text.length ? "…" : ""}`;
}
