import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ChatOwner, ChatStore, StoredConversation, StoredMessage } from "./chat-store.ts";

/** A store, and the ids of two workspaces it knows. */
export interface OpenChatStore {
  readonly store: ChatStore;
  readonly workspaceIds: readonly [string, string];
  close(): Promise<void>;
}

function conversationAt(atMs: number, title = "Wind"): StoredConversation {
  const id = randomUUID();
  const rest = { pinned: false, model: null, shareToken: null, leafId: null };
  return { id, title, createdAtMs: atMs, updatedAtMs: atMs, ...rest };
}

function messageIn(conversationId: string, parent: StoredMessage | null, content: string): StoredMessage {
  const depth = parent ? parent.depth + 1 : 0;
  const role = depth % 2 === 0 ? "user" : "assistant";
  const base = { id: randomUUID(), conversationId, parentId: parent?.id ?? null, depth };
  return { ...base, role, content, status: "complete", createdAtMs: 1000 + depth, details: {} };
}

/** What every place that keeps conversations must do. */
export function chatStoreContract(name: string, open: () => Promise<OpenChatStore>): void {
  describe(`${name} keeps conversations`, () => {
    let store: ChatStore;
    let opened: OpenChatStore;
    let alice: ChatOwner;
    let bob: ChatOwner;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
      alice = { workspaceId: opened.workspaceIds[0], userId: `alice ${randomUUID()}` };
      bob = { ...alice, userId: `bob ${randomUUID()}` };
    });
    afterEach(() => opened.close());

    async function exchange(owner: ChatOwner = alice) {
      const conversation = conversationAt(1000);
      await store.createConversation(owner, conversation);
      const question = messageIn(conversation.id, null, "Where does the mistral blow?");
      const answer = messageIn(conversation.id, question, "Down the Rhône valley.");
      await store.append(conversation.id, [question, answer], "key-1");
      return { conversation, question, answer };
    }

    test("newest change first, and only to their owner", async () => {
      const old = conversationAt(1000, "old");
      const fresh = conversationAt(2000, "fresh");
      await store.createConversation(alice, old);
      await store.createConversation(alice, fresh);
      expect((await store.listConversations(alice)).map(({ title }) => title)).toEqual(["fresh", "old"]);
      await store.updateConversation(alice, old.id, { updatedAtMs: 3000, pinned: true });
      expect((await store.listConversations(alice)).map(({ title }) => title)).toEqual(["old", "fresh"]);
      expect(await store.listConversations(bob)).toEqual([]);
      expect(await store.conversation(bob, old.id)).toBeUndefined();
      expect(await store.updateConversation(bob, old.id, { title: "mine" })).toBeUndefined();
      expect(await store.deleteConversation(bob, old.id)).toBe(false);
      expect(await store.conversation(alice, old.id)).toMatchObject({ title: "old", pinned: true });
    });

    test("appending shows the new branch and is found again under its key", async () => {
      const { conversation, question, answer } = await exchange();
      expect(await store.conversation(alice, conversation.id)).toMatchObject({ leafId: answer.id });
      expect(await store.sentUnder(conversation.id, "key-1")).toEqual({
        userMessageId: question.id,
        answerId: answer.id,
      });
      expect(await store.sentUnder(conversation.id, "key-2")).toBeUndefined();
      expect(await store.message(alice, answer.id)).toEqual(answer);
      expect(await store.message(bob, answer.id)).toBeUndefined();
    });

    test("a path follows parents, oldest first, and stops at its limit", async () => {
      const { conversation, question, answer } = await exchange();
      expect(await store.path(conversation.id, answer.id, 10)).toEqual([question, answer]);
      expect(await store.path(conversation.id, answer.id, 1)).toEqual([answer]);
    });

    test("an edit is a sibling: both branches stay, each ends in its newest leaf", async () => {
      const { conversation, question, answer } = await exchange();
      const edited = messageIn(conversation.id, null, "And the tramontane?");
      const editedAnswer = messageIn(conversation.id, edited, "Over the Lauragais.");
      await store.append(conversation.id, [edited, editedAnswer]);
      const retry = messageIn(conversation.id, edited, "Down to Narbonne.");
      await store.append(conversation.id, [retry]);
      const children = await store.children(conversation.id, [null, edited.id, question.id]);
      expect(children.get(null)).toEqual([question.id, edited.id]);
      expect(children.get(edited.id)).toEqual([editedAnswer.id, retry.id]);
      expect(children.get(question.id)).toEqual([answer.id]);
      expect(await store.newestLeafUnder(conversation.id, question.id)).toBe(answer.id);
      expect(await store.newestLeafUnder(conversation.id, edited.id)).toBe(retry.id);
    });

    test("a message can be rewritten in part", async () => {
      const { answer } = await exchange();
      await store.updateMessage(answer.id, { content: "Along the Rhône." });
      await store.updateMessage(answer.id, { status: "stopped", details: { model: "tramontane-small" } });
      const expected = { content: "Along the Rhône.", status: "stopped", details: { model: "tramontane-small" } };
      expect(await store.message(alice, answer.id)).toMatchObject(expected);
    });

    test("what was being written when the server went down is marked interrupted", async () => {
      const { answer } = await exchange();
      await store.updateMessage(answer.id, { status: "streaming", content: "Down the" });
      expect(await store.interruptStreaming()).toBeGreaterThan(0);
      expect(await store.message(alice, answer.id)).toMatchObject({ status: "interrupted", content: "Down the" });
    });

    test("search reads titles and messages, with wildcards meaning themselves", async () => {
      const { conversation, answer } = await exchange();
      await exchange(bob);
      const titled = conversationAt(5000, "100% wool");
      await store.createConversation(alice, titled);
      const hits = await store.search(alice, "RHÔNE", 10);
      expect(hits).toHaveLength(1);
      expect(hits[0]).toMatchObject({ conversationId: conversation.id, messageId: answer.id, title: "Wind" });
      expect(hits[0]!.excerpt).toContain("Rhône");
      expect((await store.search(alice, "0%", 10)).map((hit) => hit.conversationId)).toEqual([titled.id]);
      expect(await store.search(alice, "_", 10)).toEqual([]);
    });

    test("a text is found on its branch alone, whatever its case and its Markdown", async () => {
      const { conversation, question, answer } = await exchange();
      const edited = messageIn(conversation.id, null, "Does *the* **Rhône** freeze? 100%");
      await store.append(conversation.id, [edited]);
      expect(await store.find(conversation.id, answer.id, "rhône")).toEqual([{ messageId: answer.id, position: 1 }]);
      expect(await store.find(conversation.id, edited.id, "the RHÔNE freeze")).toEqual([
        { messageId: edited.id, position: 0 },
      ]);
      expect(await store.find(conversation.id, edited.id, "0%")).toHaveLength(1);
      expect(await store.find(conversation.id, edited.id, "1%0")).toEqual([]);
      expect(await store.find(conversation.id, question.id, "freeze")).toEqual([]);
    });

    test("a share token opens a conversation to its workspace and nobody else", async () => {
      const token = randomUUID();
      const { conversation } = await exchange();
      await store.updateConversation(alice, conversation.id, { shareToken: token });
      expect(await store.sharedConversation(alice.workspaceId, token)).toMatchObject({ id: conversation.id });
      expect(await store.sharedConversation(opened.workspaceIds[1], token)).toBeUndefined();
    });

    test("text that a database cannot keep is kept as far as it can", async () => {
      const { answer } = await exchange();
      const details = { error: { code: "internal", message: "a\0b" } };
      await store.updateMessage(answer.id, { content: "half \ud83d of a \0", details });
      expect(await store.message(alice, answer.id)).toMatchObject({
        content: expect.stringMatching(/^half . of a .$/su),
      });
    });

    test("a branch of thousands of messages opens by its end", async () => {
      const conversation = conversationAt(1000);
      await store.createConversation(alice, conversation);
      const messages: StoredMessage[] = [];
      for (let index = 0; index < 2000; index += 1) {
        messages.push(messageIn(conversation.id, messages.at(-1) ?? null, `message ${index}`));
      }
      await store.append(conversation.id, messages);
      const page = await store.path(conversation.id, messages.at(-1)!.id, 60);
      expect(page.map(({ content }) => content)).toEqual(messages.slice(-60).map(({ content }) => content));
      expect(await store.newestLeafUnder(conversation.id, messages[0]!.id)).toBe(messages.at(-1)!.id);
    });

    test("deleting a conversation takes its messages with it", async () => {
      const { conversation, answer } = await exchange();
      expect(await store.deleteConversation(alice, conversation.id)).toBe(true);
      expect(await store.message(alice, answer.id)).toBeUndefined();
      expect(await store.search(alice, "Rhône", 10)).toEqual([]);
    });
  });
}
