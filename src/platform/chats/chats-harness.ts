import { AsyncQueue, silentLogger, TramontaneError } from "#base";
import type { ChatTools, ThreadMessage } from "#protocol";
import type { Scope } from "../tenancy/caller.ts";
import type { AnswerCall, AnswerEvent, Answerer, AnswerRequest } from "./answerer.ts";
import type { ChatUser } from "./chat-store.ts";
import { Chats } from "./chats.ts";
import { MemoryChatStore } from "./memory-chat-store.ts";

function userNamed(userId: string): ChatUser {
  const caller = {
    organizationId: "o1",
    workspaceId: "w1",
    keyId: undefined,
    userId,
    scopes: new Set<Scope>(),
    models: undefined,
  };
  return { workspaceId: "w1", userId, caller };
}

export const alice = userNamed("alice");
export const bob = userNamed("bob");

/** Writes what the test says, when the test says it. */
export class ScriptedAnswerer implements Answerer {
  readonly requests: AnswerRequest[] = [];
  readonly queues: AsyncQueue<AnswerEvent>[] = [];
  running = 0;
  refuseAbove = Infinity;

  async models() {
    return [];
  }

  async *answer(request: AnswerRequest, signal: AbortSignal): AsyncGenerator<AnswerEvent> {
    this.requests.push(request);
    const promptTokens = request.messages.length * 10;
    if (promptTokens > this.refuseAbove) {
      const details = { promptTokens, contextTokens: this.refuseAbove };
      throw new TramontaneError("prompt_too_long", "Too long", { details });
    }
    const queue = new AsyncQueue<AnswerEvent>();
    this.queues.push(queue);
    signal.addEventListener("abort", () => queue.end());
    this.running += 1;
    try {
      yield* queue;
    } finally {
      this.running -= 1;
    }
  }
}

export const settle = () => new Promise((resolve) => setImmediate(resolve));
export const text = (words: string): AnswerEvent => ({ type: "text", text: words, tokens: 1 });
const NO_CALLS: readonly AnswerCall[] = [];
export const finished = {
  type: "finished",
  reason: "stop",
  calls: NO_CALLS,
  promptTokens: 7,
  completionTokens: 2,
} as const;

interface AskOptions {
  id?: string;
  key?: string;
  parentId?: string | null;
  tools?: ChatTools;
}

/** Chats without a server: kept in memory, answered by the test. */
export class ChatsHarness {
  readonly store = new MemoryChatStore();
  readonly answerer = new ScriptedAnswerer();
  nowMs = 0;
  chats!: Chats;

  static async open(): Promise<ChatsHarness> {
    const harness = new ChatsHarness();
    harness.chats = await harness.reopen();
    return harness;
  }

  /** Another server's chats on the same store. */
  reopen(): Promise<Chats> {
    const { store, answerer } = this;
    const clock = { nowMs: () => ++this.nowMs, monotonicMs: () => this.nowMs };
    return Chats.open({ store, answerer, logger: silentLogger, clock });
  }

  async ask(content: string, options: AskOptions = {}) {
    const { chats, answerer } = this;
    const id = options.id ?? (await chats.create(alice, "toy")).id;
    const parent = options.parentId === undefined ? {} : { parentId: options.parentId };
    const tools = options.tools ? { tools: { ...options.tools, names: [...options.tools.names] } } : {};
    const sent = await chats.send(alice, id, { content, model: "toy", ...parent, ...tools }, options.key ?? content);
    return { id, ...sent, queue: answerer.queues.at(-1)! };
  }

  async branch(id: string): Promise<readonly ThreadMessage[]> {
    return (await this.chats.messages(alice, id, { limit: 60 })).messages;
  }
}

export async function finish({ queue }: { queue: AsyncQueue<AnswerEvent> }, words: string): Promise<void> {
  queue.push(text(words));
  queue.push(finished);
  queue.end();
  await settle();
}
