import { randomBytes, randomUUID } from "node:crypto";
import type { Clock, Logger } from "#base";
import type { AppEvent, ThreadMessage } from "#protocol";
import type { Answerer } from "./answerer.ts";
import type { ChatOwner, ChatStore, ChatUser, StoredMessage } from "./chat-store.ts";
import { asAnswerMessages } from "./composition.ts";
import { chatTools } from "./chat-tools.ts";
import { LiveFeed } from "./live-feed.ts";
import type { FeedEntry } from "./live-feed.ts";
import { Run } from "./run.ts";

export interface RunDeskParts {
  readonly store: ChatStore;
  readonly answerer: Answerer;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A finished message as its readers see it. */
  readonly viewOf: (message: StoredMessage) => Promise<ThreadMessage>;
  readonly onFinished: (message: StoredMessage) => void;
}

interface ActiveRun {
  readonly run: Run;
  readonly owner: ChatOwner;
  readonly done: Promise<void>;
}

/** The answers being written now, and what their owners' tabs are told of them. */
export class RunDesk {
  readonly #parts: RunDeskParts;
  readonly #feeds = new Map<string, LiveFeed>();
  readonly #active = new Map<string, ActiveRun>();

  constructor(parts: RunDeskParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#active.size;
  }

  /** The run that writes this message, if one does. */
  runWriting(messageId: string): string | undefined {
    for (const [id, { run }] of this.#active) if (run.messageId === messageId) return id;
    return undefined;
  }

  /** `again` names one of the answer's calls that is made anew before it goes on. */
  start(user: ChatUser, answer: StoredMessage, history: readonly StoredMessage[], again?: string): void {
    const feed = this.#feed(user);
    const run = new Run({
      ...this.#parts,
      id: randomUUID(),
      answer,
      unoffered: answer.depth - history.length,
      again,
      request: {
        caller: user.caller,
        model: answer.details.model!,
        messages: asAnswerMessages(history),
        schema: answer.details.schema,
        tools: chatTools(answer.details.tools?.names ?? []),
      },
      publish: (event) => feed.publish(event),
    });
    feed.publish(run.snapshot());
    const done = this.#execute(run, feed).catch((error: unknown) =>
      this.#parts.logger.log("error", "chat_run_lost", { run: run.id, reason: String(error) }),
    );
    this.#active.set(run.id, { run, owner: user, done: done.then(() => this.#dropIdleFeed(user)) });
  }

  /** Stops a run of this owner; resolves when the engine has let go of it and its text is saved. */
  async stop(owner: ChatOwner, runId: string): Promise<void> {
    const active = this.#active.get(runId);
    if (!active || !isSameOwner(active.owner, owner)) return;
    active.run.stop();
    await active.done;
  }

  /** Lets a call of a run of this owner be made, or not; false when nothing waits for that. */
  decide(owner: ChatOwner, runId: string, decision: { readonly callId: string; readonly approve: boolean }): boolean {
    const active = this.#active.get(runId);
    return active !== undefined && isSameOwner(active.owner, owner) && active.run.decide(decision);
  }

  async stopConversation(conversationId: string): Promise<void> {
    const concerned = [...this.#active.values()].filter(({ run }) => run.conversationId === conversationId);
    for (const { run } of concerned) run.stop();
    await Promise.all(concerned.map(({ done }) => done));
  }

  /** Interrupts every run, for a server that closes. */
  async interruptAll(): Promise<void> {
    const active = [...this.#active.values()];
    for (const { run } of active) run.stop("interrupted");
    await Promise.all(active.map(({ done }) => done));
  }

  /** Tells all tabs of an owner. */
  publish(owner: ChatOwner, event: AppEvent): void {
    this.#feeds.get(feedKey(owner))?.publish(event);
  }

  /**
   * What a reader who last saw `lastId` needs first, then everything as it happens. `deliver` is called synchronously for
   * the first part, before this returns.
   */
  watch(owner: ChatOwner, lastId: string | undefined, deliver: (entry: FeedEntry) => void): () => void {
    const feed = this.#feed(owner);
    const missed = lastId === undefined ? undefined : feed.since(lastId);
    const begin = (event: AppEvent) => deliver({ id: feed.position, event });
    if (missed) {
      deliver({ id: lastId!, event: { type: "hello", resumed: true } });
      for (const entry of missed) deliver(entry);
    } else {
      begin({ type: "hello", resumed: false });
      for (const active of this.#active.values()) if (isSameOwner(active.owner, owner)) begin(active.run.snapshot());
    }
    const unsubscribe = feed.subscribe(deliver);
    return () => {
      unsubscribe();
      this.#dropIdleFeed(owner);
    };
  }

  async #execute(run: Run, feed: LiveFeed): Promise<void> {
    try {
      const message = await run.execute();
      this.#parts.onFinished(message);
      this.#active.delete(run.id);
      feed.publish({ type: "end", runId: run.id, message: await this.#parts.viewOf(message) });
    } finally {
      this.#active.delete(run.id);
    }
  }

  #feed(owner: ChatOwner): LiveFeed {
    const key = feedKey(owner);
    let feed = this.#feeds.get(key);
    if (!feed) this.#feeds.set(key, (feed = new LiveFeed(randomBytes(9).toString("base64url"))));
    return feed;
  }

  #dropIdleFeed(owner: ChatOwner): void {
    const isRunning = [...this.#active.values()].some((active) => isSameOwner(active.owner, owner));
    if (!isRunning && !this.#feed(owner).hasReaders) this.#feeds.delete(feedKey(owner));
  }
}

function feedKey({ workspaceId, userId }: ChatOwner): string {
  return JSON.stringify([workspaceId, userId]);
}

function isSameOwner(a: ChatOwner, b: ChatOwner): boolean {
  return a.workspaceId === b.workspaceId && a.userId === b.userId;
}
