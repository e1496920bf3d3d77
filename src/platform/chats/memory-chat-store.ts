import type { FoundMessage, SearchHit } from "#protocol";
import { excerptAround, MOST_FOUND } from "./chat-store.ts";
import type {
  ChatOwner,
  ChatStore,
  ConversationPatch,
  MessagePatch,
  SentPair,
  StoredConversation,
  StoredMessage,
} from "./chat-store.ts";

interface Shelf {
  readonly owner: ChatOwner;
  conversation: StoredConversation;
  /** Insertion order is age. */
  readonly messages: Map<string, StoredMessage>;
  readonly sent: Map<string, SentPair>;
}

/** Conversations in memory: for tests and for a server told to keep nothing. */
export class MemoryChatStore implements ChatStore {
  readonly #shelves = new Map<string, Shelf>();
  readonly #shelfOfMessage = new Map<string, Shelf>();

  async createConversation(owner: ChatOwner, conversation: StoredConversation): Promise<void> {
    this.#shelves.set(conversation.id, { owner, conversation, messages: new Map(), sent: new Map() });
  }

  async listConversations(owner: ChatOwner): Promise<StoredConversation[]> {
    return this.#owned(owner).map((shelf) => shelf.conversation);
  }

  async conversation(owner: ChatOwner, id: string): Promise<StoredConversation | undefined> {
    return this.#ownedShelf(owner, id)?.conversation;
  }

  async updateConversation(owner: ChatOwner, id: string, patch: ConversationPatch) {
    const shelf = this.#ownedShelf(owner, id);
    if (shelf) shelf.conversation = { ...shelf.conversation, ...patch };
    return shelf?.conversation;
  }

  async deleteConversation(owner: ChatOwner, id: string): Promise<boolean> {
    const shelf = this.#ownedShelf(owner, id);
    if (!shelf) return false;
    for (const messageId of shelf.messages.keys()) this.#shelfOfMessage.delete(messageId);
    return this.#shelves.delete(id);
  }

  async sharedConversation(workspaceId: string, shareToken: string): Promise<StoredConversation | undefined> {
    return [...this.#shelves.values()].find(
      (shelf) => shelf.owner.workspaceId === workspaceId && shelf.conversation.shareToken === shareToken,
    )?.conversation;
  }

  async append(conversationId: string, messages: readonly StoredMessage[], idempotencyKey?: string): Promise<void> {
    const shelf = this.#shelf(conversationId);
    for (const message of messages) {
      shelf.messages.set(message.id, message);
      this.#shelfOfMessage.set(message.id, shelf);
    }
    const last = messages.at(-1)!;
    shelf.conversation = { ...shelf.conversation, leafId: last.id, updatedAtMs: last.createdAtMs };
    if (idempotencyKey !== undefined) {
      shelf.sent.set(idempotencyKey, { userMessageId: messages[0]!.id, answerId: last.id });
    }
  }

  async sentUnder(conversationId: string, idempotencyKey: string): Promise<SentPair | undefined> {
    return this.#shelf(conversationId).sent.get(idempotencyKey);
  }

  async message(owner: ChatOwner, id: string): Promise<StoredMessage | undefined> {
    const shelf = this.#shelfOfMessage.get(id);
    return shelf && isSameOwner(shelf.owner, owner) ? shelf.messages.get(id) : undefined;
  }

  async updateMessage(id: string, patch: MessagePatch): Promise<void> {
    const messages = this.#shelfOfMessage.get(id)?.messages;
    const message = messages?.get(id);
    if (messages && message) messages.set(id, { ...message, ...patch });
  }

  async path(conversationId: string, lastId: string, limit: number): Promise<StoredMessage[]> {
    const { messages } = this.#shelf(conversationId);
    const path: StoredMessage[] = [];
    let next = messages.get(lastId);
    while (next && path.length < limit) {
      path.push(next);
      next = next.parentId === null ? undefined : messages.get(next.parentId);
    }
    return path.reverse();
  }

  async children(conversationId: string, parentIds: readonly (string | null)[]) {
    const found = new Map<string | null, string[]>(parentIds.map((id) => [id, []]));
    for (const message of this.#shelf(conversationId).messages.values()) found.get(message.parentId)?.push(message.id);
    return found;
  }

  async newestLeafUnder(conversationId: string, messageId: string): Promise<string> {
    let leaf = messageId;
    // Insertion order is age, so one pass ends at the newest child of the newest child.
    const newestChild = new Map<string, string>();
    for (const message of this.#shelf(conversationId).messages.values()) {
      if (message.parentId !== null) newestChild.set(message.parentId, message.id);
    }
    for (let child = newestChild.get(leaf); child !== undefined; child = newestChild.get(leaf)) leaf = child;
    return leaf;
  }

  async interruptStreaming(): Promise<number> {
    let count = 0;
    for (const { messages } of this.#shelves.values()) {
      for (const message of messages.values()) {
        if (message.status !== "streaming") continue;
        messages.set(message.id, { ...message, status: "interrupted" });
        count += 1;
      }
    }
    return count;
  }

  async search(owner: ChatOwner, text: string, limit: number): Promise<SearchHit[]> {
    const needle = text.toLowerCase();
    const hits: SearchHit[] = [];
    for (const { conversation, messages } of this.#owned(owner)) {
      const match = [...messages.values()].findLast((message) => message.content.toLowerCase().includes(needle));
      if (!match && !conversation.title.toLowerCase().includes(needle)) continue;
      hits.push({
        conversationId: conversation.id,
        title: conversation.title,
        messageId: match?.id ?? null,
        excerpt: match ? excerptAround(match.content, text) : "",
        updatedAtMs: conversation.updatedAtMs,
      });
      if (hits.length === limit) break;
    }
    return hits;
  }

  async find(conversationId: string, lastId: string, text: string): Promise<FoundMessage[]> {
    const plain = (marked: string) => marked.replaceAll(/[*_`~#]/g, "").toLowerCase();
    const path = await this.path(conversationId, lastId, Number.MAX_SAFE_INTEGER);
    return path
      .filter(({ content }) => plain(content).includes(plain(text)))
      .map(({ id, depth }) => ({ messageId: id, position: depth }))
      .slice(0, MOST_FOUND);
  }

  #owned(owner: ChatOwner): Shelf[] {
    return [...this.#shelves.values()]
      .filter((shelf) => isSameOwner(shelf.owner, owner))
      .toSorted((a, b) => b.conversation.updatedAtMs - a.conversation.updatedAtMs);
  }

  #ownedShelf(owner: ChatOwner, id: string): Shelf | undefined {
    const shelf = this.#shelves.get(id);
    return shelf && isSameOwner(shelf.owner, owner) ? shelf : undefined;
  }

  #shelf(id: string): Shelf {
    const shelf = this.#shelves.get(id);
    if (!shelf) throw new Error(`No conversation ${id}`);
    return shelf;
  }
}

function isSameOwner(a: ChatOwner, b: ChatOwner): boolean {
  return a.workspaceId === b.workspaceId && a.userId === b.userId;
}
