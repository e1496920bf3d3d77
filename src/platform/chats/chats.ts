import { randomBytes, randomUUID } from "node:crypto";
import { TramontaneError } from "#base";
import type { Clock, Logger } from "#base";
import type {
  AppModel,
  Conversation,
  FoundMessage,
  MessagePage,
  SearchHit,
  SendMessageBody,
  ThreadMessage,
} from "#protocol";
import type { Caller } from "../tenancy/caller.ts";
import type { Answerer } from "./answerer.ts";
import type { ChatOwner, ChatStore, ChatUser, StoredConversation, StoredMessage } from "./chat-store.ts";
import { answerUnder, titleFrom, toConversation, toThreadMessage, upToFailedCall } from "./composition.ts";
import type { Transcript } from "./export.ts";
import type { FeedEntry } from "./live-feed.ts";
import { RunDesk } from "./run-desk.ts";
import { SpeedGauge } from "./speed-gauge.ts";

export interface ChatsParts {
  readonly store: ChatStore;
  readonly answerer: Answerer;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A question and the answer being written to it. */
export interface SentMessages {
  readonly question: ThreadMessage;
  readonly answer: ThreadMessage;
}

/** At most this many of the latest messages are offered to the model; what still does not fit is left out and said so. */
const OFFERED_MESSAGES = 2000;
const PAGE_LIMIT = 200;

/**
 * The chat app's use cases: conversations as trees, and runs, which are answers the server is writing. A run goes on whoever
 * watches; only `stop` ends it early.
 */
export class Chats {
  readonly #parts: ChatsParts;
  readonly #desk: RunDesk;
  readonly #sending = new Map<string, Promise<SentMessages>>();
  readonly #speed = new SpeedGauge();

  private constructor(parts: ChatsParts) {
    this.#parts = parts;
    this.#desk = new RunDesk({
      ...parts,
      viewOf: async (message) => (await this.#forReader(message.conversationId, [message]))[0]!,
      onFinished: (message) => this.#speed.record(message.details),
    });
  }

  /** Answers that a crash cut short are marked `interrupted` first. */
  static async open(parts: ChatsParts): Promise<Chats> {
    const interrupted = await parts.store.interruptStreaming();
    if (interrupted > 0) parts.logger.log("info", "chat_runs_interrupted", { count: interrupted });
    return new Chats(parts);
  }

  /** Interrupts every run: its text is saved and can be continued after the next start. */
  async close(): Promise<void> {
    await this.#desk.interruptAll();
  }

  get activeRuns(): number {
    return this.#desk.size;
  }

  async models(caller: Caller): Promise<AppModel[]> {
    const models = await this.#parts.answerer.models(caller);
    return models.map((model) => {
      const tokensPerSecond = this.#speed.of(model.id);
      return tokensPerSecond === undefined ? model : { ...model, tokensPerSecond };
    });
  }

  async create(owner: ChatOwner, model: string | undefined): Promise<Conversation> {
    const nowMs = this.#parts.clock.nowMs();
    const conversation: StoredConversation = {
      id: randomUUID(),
      title: "",
      pinned: false,
      model: model ?? null,
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
      shareToken: null,
      leafId: null,
    };
    await this.#parts.store.createConversation(owner, conversation);
    return this.#announce(owner, conversation);
  }

  async list(owner: ChatOwner): Promise<Conversation[]> {
    return (await this.#parts.store.listConversations(owner)).map(toConversation);
  }

  async conversation(owner: ChatOwner, id: string): Promise<Conversation> {
    return toConversation(await this.#require(owner, id));
  }

  async update(
    owner: ChatOwner,
    id: string,
    patch: { readonly title?: string | undefined; readonly pinned?: boolean | undefined },
  ): Promise<Conversation> {
    const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
    const changed = await this.#parts.store.updateConversation(owner, id, given);
    if (!changed) throw notFound("conversation", id);
    return this.#announce(owner, changed);
  }

  async delete(owner: ChatOwner, id: string): Promise<void> {
    await this.#require(owner, id);
    await this.#desk.stopConversation(id);
    await this.#parts.store.deleteConversation(owner, id);
    this.#desk.publish(owner, { type: "conversation_deleted", conversationId: id });
  }

  /** Deletes every conversation of this owner. */
  async deleteAll(owner: ChatOwner): Promise<void> {
    for (const { id } of await this.#parts.store.listConversations(owner)) await this.delete(owner, id);
  }

  async search(owner: ChatOwner, text: string): Promise<SearchHit[]> {
    return text.trim() === "" ? [] : this.#parts.store.search(owner, text.trim(), 50);
  }

  /** Where a text stands in the branch shown. */
  async find(owner: ChatOwner, id: string, text: string): Promise<FoundMessage[]> {
    const { leafId } = await this.#require(owner, id);
    return leafId === null || text.trim() === "" ? [] : this.#parts.store.find(id, leafId, text.trim());
  }

  /** Makes the conversation readable inside the workspace, or ends that; the token is the last part of the link. */
  async share(owner: ChatOwner, id: string, isShared: boolean): Promise<Conversation> {
    const { shareToken } = await this.#require(owner, id);
    const token = isShared ? (shareToken ?? randomBytes(16).toString("base64url")) : null;
    const changed = await this.#parts.store.updateConversation(owner, id, { shareToken: token });
    if (!changed) throw notFound("conversation", id);
    return this.#announce(owner, changed);
  }

  async shared(workspaceId: string, shareToken: string): Promise<{ title: string; messages: ThreadMessage[] }> {
    const conversation = await this.#parts.store.sharedConversation(workspaceId, shareToken);
    if (!conversation) throw notFound("shared conversation", shareToken);
    const path = await this.#wholePath(conversation);
    return { title: conversation.title, messages: path.map((message) => toThreadMessage(message, [])) };
  }

  /** Every message of the branch shown, for an export. */
  async transcript(owner: ChatOwner, id: string): Promise<Transcript> {
    const conversation = await this.#require(owner, id);
    return { conversation: toConversation(conversation), messages: await this.#wholePath(conversation) };
  }

  /** Every conversation of this owner, newest change first, one at a time. */
  async *transcripts(owner: ChatOwner): AsyncGenerator<Transcript> {
    for (const stored of await this.#parts.store.listConversations(owner))
      yield { conversation: toConversation(stored), messages: await this.#wholePath(stored) };
  }

  /** The last `limit` messages of the branch shown, or those before the message `before`. */
  async messages(
    owner: ChatOwner,
    id: string,
    page: { before?: string | undefined; limit: number },
  ): Promise<MessagePage> {
    const conversation = await this.#require(owner, id);
    if (conversation.leafId === null) return { total: 0, from: 0, messages: [] };
    const leaf = await this.#requireMessage(owner, conversation.leafId);
    const lastId = page.before === undefined ? leaf.id : (await this.#requireMessage(owner, page.before)).parentId;
    const total = leaf.depth + 1;
    if (lastId === null) return { total, from: 0, messages: [] };
    const path = await this.#parts.store.path(id, lastId, Math.min(page.limit, PAGE_LIMIT));
    return { total, from: path[0]?.depth ?? 0, messages: await this.#forReader(id, path) };
  }

  /** Puts a question and starts its answer. The same key again returns the first outcome and starts nothing. */
  async send(
    owner: ChatUser,
    conversationId: string,
    body: SendMessageBody,
    idempotencyKey: string,
  ): Promise<SentMessages> {
    const key = `${feedKey(owner)} ${conversationId} ${idempotencyKey}`;
    const underWay = this.#sending.get(key);
    if (underWay) return underWay;
    const sending = this.#sendOnce(owner, conversationId, body, idempotencyKey);
    this.#sending.set(key, sending);
    try {
      return await sending;
    } finally {
      this.#sending.delete(key);
    }
  }

  async #sendOnce(
    owner: ChatUser,
    conversationId: string,
    body: SendMessageBody,
    idempotencyKey: string,
  ): Promise<SentMessages> {
    const conversation = await this.#require(owner, conversationId);
    const { store, clock } = this.#parts;
    const sent = await store.sentUnder(conversationId, idempotencyKey);
    if (sent) return this.#pair(owner, sent.userMessageId, sent.answerId);

    const parentId = body.parentId === undefined ? conversation.leafId : body.parentId;
    const parent = parentId === null ? undefined : await this.#requireMessage(owner, parentId);
    if (parent && parent.conversationId !== conversationId) throw notFound("message", parent.id);
    if (parent?.status === "streaming") throw busy();
    const nowMs = clock.nowMs();
    const question: StoredMessage = {
      id: randomUUID(),
      conversationId,
      parentId,
      depth: parent ? parent.depth + 1 : 0,
      role: "user",
      content: body.content,
      status: "complete",
      createdAtMs: nowMs,
      details: body.attachments?.length ? { attachments: body.attachments } : {},
    };
    const { model, schema, tools } = body;
    const answer = answerUnder(question, { model, ...(schema ? { schema } : {}), ...(tools ? { tools } : {}) }, nowMs);
    const history = parent ? await store.path(conversationId, parent.id, OFFERED_MESSAGES) : [];
    await store.append(conversationId, [question, answer], idempotencyKey);
    this.#desk.start(owner, answer, [...history, question]);
    const title = conversation.title === "" ? { title: titleFrom(body.content) } : {};
    const changed = await store.updateConversation(owner, conversationId, { ...title, model: body.model });
    if (changed) this.#announce(owner, changed);
    return this.#pair(owner, question.id, answer.id);
  }

  /** Writes another answer to the same question, beside the ones there are. */
  async regenerate(owner: ChatUser, answerId: string, model: string): Promise<ThreadMessage> {
    const old = await this.#requireMessage(owner, answerId);
    if (old.role !== "assistant" || old.parentId === null) throw notFound("answer", answerId);
    if (old.status === "streaming") throw busy();
    const { store, clock } = this.#parts;
    const history = await store.path(old.conversationId, old.parentId, OFFERED_MESSAGES);
    const { schema, tools } = old.details;
    const details = { model, ...(schema ? { schema } : {}), ...(tools ? { tools } : {}) };
    const answer = answerUnder(history.at(-1)!, details, clock.nowMs());
    await store.append(old.conversationId, [answer]);
    this.#desk.start(owner, answer, history);
    return this.#reread(owner, answer.id);
  }

  /** Makes a call of an answer that failed anew and goes on from there: another answer, beside the one there is. */
  async retryCall(owner: ChatUser, answerId: string, callId: string): Promise<ThreadMessage> {
    const old = await this.#requireMessage(owner, answerId);
    if (old.status === "streaming") throw busy();
    const begun = upToFailedCall(old, callId);
    if (begun === undefined || old.parentId === null) throw notFound("failed tool call", callId);
    const { store, clock } = this.#parts;
    const history = await store.path(old.conversationId, old.parentId, OFFERED_MESSAGES);
    const answer = { ...answerUnder(history.at(-1)!, begun.details, clock.nowMs()), content: begun.content };
    await store.append(old.conversationId, [answer]);
    this.#desk.start(owner, answer, history, callId);
    return this.#reread(owner, answer.id);
  }

  /** Goes on with an answer that was stopped, interrupted or cut at its length. */
  async continueAnswer(owner: ChatUser, answerId: string): Promise<ThreadMessage> {
    const answer = await this.#requireMessage(owner, answerId);
    const canContinue = answer.role === "assistant" && answer.parentId !== null && answer.status !== "streaming";
    if (!canContinue) throw notFound("answer to continue", answerId);
    const { store } = this.#parts;
    const history = await store.path(answer.conversationId, answer.parentId, OFFERED_MESSAGES);
    const { error: _, ...details } = answer.details;
    const reopened: StoredMessage = { ...answer, status: "streaming", details };
    await store.updateMessage(answer.id, { status: "streaming", details });
    this.#desk.start(owner, reopened, history);
    return this.#reread(owner, answer.id);
  }

  /** Stops a run; resolves when the engine has let go of it and the text so far is saved. */
  stop(owner: ChatOwner, runId: string): Promise<void> {
    return this.#desk.stop(owner, runId);
  }

  /** Lets a tool call that waits for consent be made, or not. Errors: `not_found` when nothing waits for it. */
  decide(owner: ChatOwner, runId: string, decision: { readonly callId: string; readonly approve: boolean }): void {
    if (!this.#desk.decide(owner, runId, decision)) throw notFound("tool call that waits", decision.callId);
  }

  /** Shows the branch through this message. */
  async showBranch(owner: ChatOwner, messageId: string): Promise<void> {
    const { conversationId } = await this.#requireMessage(owner, messageId);
    const leafId = await this.#parts.store.newestLeafUnder(conversationId, messageId);
    await this.#parts.store.updateConversation(owner, conversationId, { leafId });
  }

  /** See RunDesk.watch. */
  watch(owner: ChatOwner, lastId: string | undefined, deliver: (entry: FeedEntry) => void): () => void {
    return this.#desk.watch(owner, lastId, deliver);
  }

  #announce(owner: ChatOwner, stored: StoredConversation): Conversation {
    const conversation = toConversation(stored);
    this.#desk.publish(owner, { type: "conversation", conversation });
    return conversation;
  }

  async #pair(owner: ChatOwner, questionId: string, answerId: string): Promise<SentMessages> {
    return { question: await this.#reread(owner, questionId), answer: await this.#reread(owner, answerId) };
  }

  async #reread(owner: ChatOwner, id: string): Promise<ThreadMessage> {
    const message = await this.#requireMessage(owner, id);
    return (await this.#forReader(message.conversationId, [message]))[0]!;
  }

  async #forReader(conversationId: string, path: readonly StoredMessage[]): Promise<ThreadMessage[]> {
    const children = await this.#parts.store.children(
      conversationId,
      path.map((message) => message.parentId),
    );
    return Promise.all(
      path.map(async (message) => {
        const runId = this.#desk.runWriting(message.id);
        // A run that ended since its row was read has left its end in the row: nobody may see it streaming for ever.
        const hasEnded = message.status === "streaming" && runId === undefined;
        const [current = message] = hasEnded ? await this.#parts.store.path(conversationId, message.id, 1) : [];
        return toThreadMessage(current, children.get(message.parentId) ?? [], runId);
      }),
    );
  }

  async #wholePath({ id, leafId }: StoredConversation): Promise<StoredMessage[]> {
    return leafId === null ? [] : this.#parts.store.path(id, leafId, Number.MAX_SAFE_INTEGER);
  }

  async #require(owner: ChatOwner, id: string): Promise<StoredConversation> {
    const conversation = await this.#parts.store.conversation(owner, id);
    if (!conversation) throw notFound("conversation", id);
    return conversation;
  }

  async #requireMessage(owner: ChatOwner, id: string): Promise<StoredMessage> {
    const message = await this.#parts.store.message(owner, id);
    if (!message) throw notFound("message", id);
    return message;
  }
}

function feedKey({ workspaceId, userId }: ChatOwner): string {
  return JSON.stringify([workspaceId, userId]);
}

function notFound(what: string, id: string): TramontaneError {
  return new TramontaneError("not_found", `There is no ${what} ${JSON.stringify(id)} here.`);
}

function busy(): TramontaneError {
  return new TramontaneError("invalid_request", "This answer is still being written.", {
    hint: "Stop it first, or wait.",
  });
}
