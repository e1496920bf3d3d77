import { beforeEach, expect, test } from "vitest";
import { AsyncQueue, silentLogger, TramontaneError } from "#base";
import type { AppEvent, ChatTools } from "#protocol";
import type { AnswerEvent, Answerer, AnswerRequest } from "./answerer.ts";
import { Chats } from "./chats.ts";
import type { Scope } from "../tenancy/caller.ts";
import type { ChatUser } from "./chat-store.ts";
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

const alice = userNamed("alice");
const bob = userNamed("bob");

/** Writes what the test says, when the test says it. */
class ScriptedAnswerer implements Answerer {
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

const settle = () => new Promise((resolve) => setImmediate(resolve));
const text = (words: string): AnswerEvent => ({ type: "text", text: words, tokens: 1 });
const finished: AnswerEvent = { type: "finished", reason: "stop", calls: [], promptTokens: 7, completionTokens: 2 };

let store: MemoryChatStore;
let answerer: ScriptedAnswerer;
let chats: Chats;
let nowMs: number;
const open = () =>
  Chats.open({ store, answerer, logger: silentLogger, clock: { nowMs: () => ++nowMs, monotonicMs: () => nowMs } });

beforeEach(async () => {
  nowMs = 0;
  store = new MemoryChatStore();
  answerer = new ScriptedAnswerer();
  chats = await open();
});

interface AskOptions {
  id?: string;
  key?: string;
  parentId?: string | null;
  tools?: ChatTools;
}

async function ask(content: string, options: AskOptions = {}) {
  const id = options.id ?? (await chats.create(alice, "toy")).id;
  const parent = options.parentId === undefined ? {} : { parentId: options.parentId };
  const tools = options.tools ? { tools: { ...options.tools, names: [...options.tools.names] } } : {};
  const sent = await chats.send(alice, id, { content, model: "toy", ...parent, ...tools }, options.key ?? content);
  return { id, ...sent, queue: answerer.queues.at(-1)! };
}

async function finish({ queue }: { queue: AsyncQueue<AnswerEvent> }, words: string) {
  queue.push(text(words));
  queue.push(finished);
  queue.end();
  await settle();
}

const branch = async (id: string) => (await chats.messages(alice, id, { limit: 60 })).messages;

test("an answer is written to its end with nobody watching, and kept", async () => {
  const sent = await ask("Why is the sky clear?");
  expect(sent.answer).toMatchObject({ status: "streaming", runId: expect.any(String) });
  await finish(sent, "The mistral.");
  expect((await branch(sent.id)).at(-1)).toMatchObject({
    content: "The mistral.",
    status: "complete",
    details: { model: "toy", finish: "stop", usage: { promptTokens: 7, completionTokens: 2 } },
  });
  expect((await chats.list(alice))[0]).toMatchObject({ title: "Why is the sky clear?" });
});

test("the same key sends once, even when both arrive together", async () => {
  const { id } = await chats.create(alice, "toy");
  const send = () => chats.send(alice, id, { content: "Once", model: "toy" }, "key");
  const [first, second] = await Promise.all([send(), send()]);
  const third = await send();
  expect([second!.answer.id, third.answer.id]).toEqual([first!.answer.id, first!.answer.id]);
  expect(answerer.requests).toHaveLength(1);
});

test("a reader who comes late gets the whole text so far, then every piece once", async () => {
  const sent = await ask("Tell");
  sent.queue.push(text("One "));
  await settle();
  const seen: AppEvent[] = [];
  const leave = chats.watch(alice, undefined, ({ event }) => seen.push(event));
  sent.queue.push(text("two."));
  sent.queue.push(finished);
  sent.queue.end();
  await settle();
  leave();
  expect(seen.map(({ type }) => type)).toEqual(["hello", "snapshot", "delta", "end"]);
  expect(seen[1]).toMatchObject({ text: "One " });
  expect(seen[2]).toMatchObject({ text: "two." });
  expect(seen[3]).toMatchObject({ message: { content: "One two.", status: "complete" } });
});

test("a reader who lost the connection is told exactly what it missed", async () => {
  const sent = await ask("Tell");
  let lastId = "";
  const stay = chats.watch(alice, undefined, () => {});
  const leave = chats.watch(alice, undefined, ({ id }) => (lastId = id));
  sent.queue.push(text("One "));
  await settle();
  leave();
  sent.queue.push(text("two "));
  sent.queue.push(text("three"));
  await settle();
  const seen: AppEvent[] = [];
  chats.watch(alice, lastId, ({ event }) => seen.push(event));
  expect(seen.map((event) => (event.type === "delta" ? event.text : event.type))).toEqual(["hello", "two ", "three"]);
  expect(seen[0]).toEqual({ type: "hello", resumed: true });
  stay();
});

test("a position of another server start is answered with snapshots", async () => {
  await ask("Tell");
  const seen: AppEvent[] = [];
  chats.watch(alice, "earlier-12", ({ event }) => seen.push(event));
  expect(seen).toMatchObject([{ type: "hello", resumed: false }, { type: "snapshot" }]);
});

test("nobody hears of another user's answers, nor stops them", async () => {
  const { id, answer } = await ask("Private");
  const seen: AppEvent[] = [];
  chats.watch(bob, undefined, ({ event }) => seen.push(event));
  expect(seen).toEqual([{ type: "hello", resumed: false }]);
  await chats.stop(bob, answer.runId!);
  expect(chats.activeRuns).toBe(1);
  await expect(chats.messages(bob, id, { limit: 10 })).rejects.toMatchObject({ code: "not_found" });
  await expect(chats.regenerate(bob, answer.id, "toy")).rejects.toMatchObject({ code: "not_found" });
  await expect(chats.showBranch(bob, answer.id)).rejects.toMatchObject({ code: "not_found" });
});

test("stop returns once the engine has let go, and keeps the text", async () => {
  const { id, answer, queue } = await ask("Long");
  queue.push(text("So far"));
  await settle();
  await chats.stop(alice, answer.runId!);
  expect(answerer.running).toBe(0);
  expect((await branch(id)).at(-1)).toMatchObject({ content: "So far", status: "stopped" });
});

test("what a crash cut short is interrupted, loses at most half a second, and can be continued", async () => {
  const { id, answer, queue } = await ask("Count");
  queue.push(text("one "));
  await settle();
  nowMs += 500;
  queue.push(text("two "));
  await settle();
  chats = await open();
  expect((await branch(id)).at(-1)).toMatchObject({ content: "one two ", status: "interrupted" });
  await chats.continueAnswer(alice, answer.id);
  expect(answerer.requests.at(-1)).toMatchObject({ prefix: "one two ", messages: [{ content: "Count" }] });
  await finish({ queue: answerer.queues.at(-1)! }, "three");
  expect((await branch(id)).at(-1)).toMatchObject({ content: "one two three", status: "complete" });
});

test("a server that closes interrupts its answers and loses nothing", async () => {
  const { id, queue } = await ask("Count");
  queue.push(text("one"));
  await settle();
  await chats.close();
  expect((await branch(id)).at(-1)).toMatchObject({ content: "one", status: "interrupted" });
});

test("editing a question and asking again make branches one can go between", async () => {
  const first = await ask("Mistral?");
  await finish(first, "North.");
  const edited = await ask("Tramontane?", { id: first.id, parentId: null });
  await finish(edited, "West.");
  await chats.regenerate(alice, edited.answer.id, "toy");
  await finish({ queue: answerer.queues.at(-1)! }, "North-west.");
  const shown = await branch(first.id);
  expect(shown.map(({ content }) => content)).toEqual(["Tramontane?", "North-west."]);
  expect(shown[0]!.siblings).toEqual([first.question.id, edited.question.id]);
  expect(shown[1]!.siblings).toHaveLength(2);
  await chats.showBranch(alice, first.question.id);
  expect((await branch(first.id)).map(({ content }) => content)).toEqual(["Mistral?", "North."]);
});

test("the model hears the branch shown and no other", async () => {
  const first = await ask("Mistral?");
  await finish(first, "North.");
  const edited = await ask("Tramontane?", { id: first.id, parentId: null });
  await finish(edited, "West.");
  await ask("And then?", { id: first.id });
  expect(answerer.requests.at(-1)!.messages.map(({ content }) => content)).toEqual([
    "Tramontane?",
    "West.",
    "And then?",
  ]);
});

test("a conversation longer than the context goes without its oldest exchanges, and says how many", async () => {
  const first = await ask("q0");
  await finish(first, "a0");
  for (let turn = 1; turn < 5; turn += 1) await finish(await ask(`q${turn}`, { id: first.id }), `a${turn}`);
  answerer.refuseAbove = 60;
  await finish(await ask("q5", { id: first.id }), "a5");
  const heard = answerer.requests.at(-1)!.messages.map(({ content }) => content);
  expect(heard[0]).toMatch(/^q/);
  expect(heard.at(-1)).toBe("q5");
  const { details } = (await branch(first.id)).at(-1)!;
  expect(details.trimmedMessages).toBe(11 - heard.length);
});

test("a failure is told in the conversation and does not reject the send", async () => {
  const { id, queue } = await ask("Hm");
  queue.push(text("part"));
  queue.fail(new TramontaneError("overloaded", "The server is busy."));
  await settle();
  expect((await branch(id)).at(-1)).toMatchObject({
    content: "part",
    status: "failed",
    details: { error: { code: "overloaded", message: "The server is busy." } },
  });
});

test("an answer that a rule stops keeps what was let out, and the rule, also for whoever comes later", async () => {
  const { id, queue } = await ask("Hm");
  const policy = { action: "refuse", stage: "output", rule_number: 2, rule: "No secrets", category: "c", score: 0.9 };
  queue.push(text("part"));
  queue.fail(new TramontaneError("policy_refused", "The rest is withheld.", { details: { policy } }));
  await settle();
  chats = await open();
  expect((await branch(id)).at(-1)).toMatchObject({
    content: "part",
    status: "refused",
    details: { policy: { action: "refuse", number: 2, rule: "No secrets", message: "The rest is withheld." } },
  });
});

test("a question that a rule refuses is not offered to the model again", async () => {
  const first = await ask("a secret");
  const policy = { action: "refuse", stage: "input", rule_number: 1, rule: "No secrets", category: "c", score: 0.9 };
  first.queue.fail(new TramontaneError("policy_refused", "Not answered.", { details: { policy } }));
  await settle();
  await ask("Good morning", { id: first.id });
  expect(answerer.requests.at(-1)!.messages).toEqual([{ role: "user", content: "Good morning" }]);
});

test("a page holds the messages before a given one and knows its place", async () => {
  const first = await ask("q0");
  await finish(first, "a0");
  for (let turn = 1; turn < 4; turn += 1) await finish(await ask(`q${turn}`, { id: first.id }), `a${turn}`);
  const last = await chats.messages(alice, first.id, { limit: 3 });
  expect(last).toMatchObject({
    total: 8,
    from: 5,
    messages: [{ content: "a2" }, { content: "q3" }, { content: "a3" }],
  });
  const earlier = await chats.messages(alice, first.id, { before: last.messages[0]!.id, limit: 60 });
  expect(earlier).toMatchObject({ total: 8, from: 0 });
  expect(earlier.messages).toHaveLength(5);
});

test("files travel with the question, named", async () => {
  const { id } = await chats.create(alice, "toy");
  const file = { name: "wind.txt", mediaType: "text/plain", bytes: 5, text: "Force 9" };
  await chats.send(alice, id, { content: "How strong?", model: "toy", attachments: [file] }, "k");
  const files = [{ name: "wind.txt", text: "Force 9" }];
  expect(answerer.requests[0]!.messages[0]).toEqual({ role: "user", content: "How strong?", files });
});

test("deleting a conversation stops its answer first", async () => {
  const { id } = await ask("Gone");
  await chats.delete(alice, id);
  expect(answerer.running).toBe(0);
  expect(await chats.list(alice)).toEqual([]);
});

const calling = (...expressions: string[]): AnswerEvent => ({
  ...finished,
  calls: expressions.map((expression, index) => ({
    id: `call${index}`,
    name: "calculate",
    arguments: JSON.stringify({ expression }),
  })),
});

test("an answer makes its calls, goes on with what they gave back, and shows both", async () => {
  const sent = await ask("Six times seven?", { tools: { names: ["calculate"], ask: false } });
  sent.queue.push(text("Let me see. "));
  sent.queue.push(calling("6 * 7", "1 / 0"));
  sent.queue.end();
  await settle();
  const second = answerer.requests[1]!;
  expect(second.messages.slice(1)).toEqual([
    { role: "assistant", content: "Let me see. ", calls: expect.any(Array) },
    { role: "tool", callId: "call0", name: "calculate", content: "42" },
    { role: "tool", callId: "call1", name: "calculate", content: expect.stringMatching(/division by zero/) },
  ]);
  await finish({ queue: answerer.queues[1]! }, "It is 42.");
  expect((await branch(sent.id)).at(-1)).toMatchObject({
    content: "Let me see. It is 42.",
    status: "complete",
    details: {
      usage: { promptTokens: 14, completionTokens: 4 },
      toolCalls: [
        { status: "done", result: "42", at: 12 },
        { status: "failed", at: 12 },
      ],
    },
  });
  const next = await ask("And half of it?", { id: sent.id });
  expect(answerer.requests[2]!.messages.map(({ role }) => role)).toEqual([
    "user",
    "assistant",
    "tool",
    "tool",
    "assistant",
    "user",
  ]);
  await finish(next, "21");
});

test("a failed call is made anew in another answer, which goes on from there; the first one stays", async () => {
  const sent = await ask("Divide", { tools: { names: ["calculate"], ask: true } });
  sent.queue.push(text("First. "));
  sent.queue.push(calling("6 * 7", "1 / 0"));
  sent.queue.end();
  await settle();
  for (const callId of ["call0", "call1"]) {
    chats.decide(alice, sent.answer.runId!, { callId, approve: true });
    await settle();
  }
  await finish({ queue: answerer.queues[1]! }, "It broke.");
  await expect(chats.retryCall(bob, sent.answer.id, "call1")).rejects.toMatchObject({ code: "not_found" });
  await expect(chats.retryCall(alice, sent.answer.id, "call0")).rejects.toMatchObject({ code: "not_found" });
  await expect(chats.retryCall(alice, sent.question.id, "call1")).rejects.toMatchObject({ code: "not_found" });

  const again = await chats.retryCall(alice, sent.answer.id, "call1");
  expect(again).toMatchObject({ content: "First. ", status: "streaming", siblings: [sent.answer.id, again.id] });
  expect(again.details.usage).toBeUndefined();
  await expect(chats.retryCall(alice, again.id, "call1")).rejects.toMatchObject({ code: "invalid_request" });
  await settle();
  expect(answerer.requests[2]!.messages.slice(1)).toEqual([
    { role: "assistant", content: "First. ", calls: expect.any(Array) },
    { role: "tool", callId: "call0", name: "calculate", content: "42" },
    { role: "tool", callId: "call1", name: "calculate", content: expect.stringMatching(/division by zero/) },
  ]);
  expect(answerer.requests[2]!.prefix).toBe("");
  await finish({ queue: answerer.queues[2]! }, "It broke again.");
  expect((await branch(sent.id)).at(-1)).toMatchObject({ id: again.id, content: "First. It broke again." });
  expect(await store.message(alice, sent.answer.id)).toMatchObject({ content: "First. It broke." });
});

test("a call that needs consent waits for it, by its owner alone, and is not made when denied", async () => {
  const sent = await ask("Count", { tools: { names: ["calculate"], ask: true } });
  sent.queue.push(calling("1 + 1", "2 + 2"));
  sent.queue.end();
  await settle();
  const runId = sent.answer.runId!;
  expect(answerer.requests).toHaveLength(1);
  expect(() => chats.decide(bob, runId, { callId: "call0", approve: true })).toThrow(/no tool call/);
  chats.decide(alice, runId, { callId: "call0", approve: false });
  await settle();
  chats.decide(alice, runId, { callId: "call1", approve: true });
  await settle();
  const results = answerer.requests[1]!.messages.slice(2).map(({ content }) => content);
  expect(results).toEqual(["The user did not allow this call.", "4"]);
  await finish({ queue: answerer.queues[1]! }, "Four.");
});

test("stopping an answer that waits for consent ends it, and its call was not made", async () => {
  const sent = await ask("Count", { tools: { names: ["calculate"], ask: true } });
  sent.queue.push(calling("1 + 1"));
  sent.queue.end();
  await settle();
  await chats.stop(alice, sent.answer.runId!);
  expect((await branch(sent.id)).at(-1)).toMatchObject({
    status: "stopped",
    details: { toolCalls: [{ status: "denied" }] },
  });
});

test("thoughts are told apart from words and are not sent back", async () => {
  const sent = await ask("Think");
  const seen: AppEvent[] = [];
  chats.watch(alice, undefined, ({ event }) => seen.push(event));
  sent.queue.push({ type: "thought", text: "Hm." });
  await finish(sent, "Yes.");
  expect(seen.map(({ type }) => type)).toContain("thought");
  expect((await branch(sent.id)).at(-1)).toMatchObject({ content: "Yes.", details: { thinking: "Hm." } });
  await finish(await ask("Again", { id: sent.id }), "No.");
  expect(JSON.stringify(answerer.requests.at(-1)!.messages)).not.toContain("Hm.");
});
