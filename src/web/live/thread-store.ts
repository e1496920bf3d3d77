import type { ThreadMessage, MessagePage } from "#protocol";

export interface Thread {
  readonly state: "loading" | "ready" | "failed";
  /** Messages on the branch shown; more than are loaded when `from` > 0. */
  readonly total: number;
  readonly from: number;
  readonly messages: readonly ThreadMessage[];
}

/** The last `limit` messages of the branch shown, or those before the message `before`. */
type FetchPage = (conversationId: string, before?: string, limit?: number) => Promise<MessagePage>;

const REMEMBERED_ENDS = 100;
/** The most that the server gives at once. */
const LARGEST_PAGE = 200;
const LOADING: Thread = { state: "loading", total: 0, from: 0, messages: [] };

/** The conversations this tab has opened, each with the part of its branch that is loaded. What is loaded stays readable offline. */
export class ThreadStore {
  readonly #fetchPage: FetchPage;
  readonly #threads = new Map<string, Thread>();
  readonly #readers = new Set<() => void>();
  /** Messages whose run is over, by run: an answer that arrives late still says "being written", and is corrected by these. */
  readonly #ended = new Map<string, ThreadMessage>();
  /** How often each branch went on, so that a page fetched before that is not taken for the present. */
  readonly #turns = new Map<string, number>();

  constructor(fetchPage: FetchPage) {
    this.#fetchPage = fetchPage;
  }

  readonly subscribe = (reader: () => void): (() => void) => {
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  };

  get(conversationId: string): Thread {
    return this.#threads.get(conversationId) ?? LOADING;
  }

  has(conversationId: string): boolean {
    return this.#threads.has(conversationId);
  }

  get opened(): readonly string[] {
    return [...this.#threads.keys()];
  }

  /** Loads the end of the branch shown, replacing what was loaded. */
  async load(conversationId: string): Promise<void> {
    const turn = this.#turns.get(conversationId);
    try {
      const page = await this.#fetchPage(conversationId);
      if (turn !== this.#turns.get(conversationId)) return await this.load(conversationId);
      this.#set(conversationId, { state: "ready", ...page });
    } catch {
      if (!this.#threads.has(conversationId)) this.#set(conversationId, { ...LOADING, state: "failed" });
    }
  }

  /** Loads the page before the first loaded message. */
  async loadEarlier(conversationId: string): Promise<void> {
    await this.#prepend(conversationId, (first) => this.#fetchPage(conversationId, first.id));
  }

  /** Loads all there is from the message at `position` on. */
  async loadBackTo(conversationId: string, position: number): Promise<void> {
    if (this.get(conversationId).from <= position) return;
    await this.#prepend(conversationId, async (first) => {
      const pages: MessagePage[] = [];
      for (let before = first.id; (pages[0]?.from ?? Number.POSITIVE_INFINITY) > position;) {
        const page = await this.#fetchPage(conversationId, before, LARGEST_PAGE);
        pages.unshift(page);
        before = page.messages[0]?.id ?? before;
        if (page.messages.length === 0) break;
      }
      return { ...pages[0]!, messages: pages.flatMap(({ messages }) => messages) };
    });
  }

  async #prepend(conversationId: string, fetchBefore: (first: ThreadMessage) => Promise<MessagePage>): Promise<void> {
    const thread = this.get(conversationId);
    const first = thread.messages[0];
    if (thread.from === 0 || !first) return;
    const page = await fetchBefore(first);
    const now = this.get(conversationId);
    if (now.messages[0]?.id !== first.id) return;
    this.#set(conversationId, { ...now, from: page.from, messages: [...page.messages, ...now.messages] });
  }

  /** The branch now goes on from `parentId` with `messages`: what followed it belongs to another branch. */
  follow(conversationId: string, parentId: string | null, messages: readonly ThreadMessage[]): void {
    this.#turns.set(conversationId, (this.#turns.get(conversationId) ?? 0) + 1);
    const thread = this.get(conversationId);
    const at = parentId === null ? 0 : thread.messages.findIndex(({ id }) => id === parentId) + 1;
    const kept = parentId !== null && at === 0 ? thread.messages : thread.messages.slice(0, at);
    const from = parentId === null ? 0 : thread.from;
    const merged = [...kept, ...messages];
    this.#set(conversationId, { state: "ready", from, total: from + merged.length, messages: merged });
  }

  /** A run is over and this is what the server keeps of it; false when its message is not loaded. */
  end(runId: string, message: ThreadMessage): boolean {
    this.#ended.set(runId, message);
    if (this.#ended.size > REMEMBERED_ENDS) this.#ended.delete(this.#ended.keys().next().value!);
    return this.replace(message);
  }

  /** Puts a message in the place of the one with its id; false when that one is not loaded. */
  replace(message: ThreadMessage): boolean {
    const thread = this.#threads.get(message.conversationId);
    if (!thread?.messages.some(({ id }) => id === message.id)) return false;
    const messages = thread.messages.map((old) => (old.id === message.id ? message : old));
    this.#set(message.conversationId, { ...thread, messages });
    return true;
  }

  forget(conversationId: string): void {
    this.#threads.delete(conversationId);
    this.#wake();
  }

  #set(conversationId: string, thread: Thread): void {
    const messages = thread.messages.map((message) => this.#ended.get(message.runId ?? "") ?? message);
    this.#threads.set(conversationId, { ...thread, messages });
    this.#wake();
  }

  #wake(): void {
    for (const reader of this.#readers) reader();
  }
}
