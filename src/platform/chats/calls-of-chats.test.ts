import { beforeEach, expect, test } from "vitest";
import type { AnswerEvent } from "./answerer.ts";
import type { Chats } from "./chats.ts";
import { alice, bob, ChatsHarness, finish, finished, settle, text } from "./chats-harness.ts";

let harness: ChatsHarness;
let store: ChatsHarness["store"];
let answerer: ChatsHarness["answerer"];
let chats: Chats;
const ask: ChatsHarness["ask"] = (content, options) => harness.ask(content, options);
const branch = (id: string) => harness.branch(id);

beforeEach(async () => {
  harness = await ChatsHarness.open();
  ({ store, answerer, chats } = harness);
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
