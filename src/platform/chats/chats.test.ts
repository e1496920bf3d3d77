import { beforeEach, expect, test } from "vitest";
import { TramontaneError } from "#base";
import type { AppEvent } from "#protocol";
import type { Chats } from "./chats.ts";
import { alice, bob, ChatsHarness, finish, finished, settle, text } from "./chats-harness.ts";

let harness: ChatsHarness;
let answerer: ChatsHarness["answerer"];
let chats: Chats;
const ask: ChatsHarness["ask"] = (content, options) => harness.ask(content, options);
const branch = (id: string) => harness.branch(id);

beforeEach(async () => {
  harness = await ChatsHarness.open();
  ({ answerer, chats } = harness);
});

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
  harness.nowMs += 500;
  queue.push(text("two "));
  await settle();
  chats = await harness.reopen();
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
  chats = await harness.reopen();
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
