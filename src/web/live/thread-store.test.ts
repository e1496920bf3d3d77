import { expect, test } from "vitest";
import type { ThreadMessage } from "#protocol";
import { RunStore } from "./run-store.ts";
import { ThreadStore } from "./thread-store.ts";

function message(id: string, parts: Partial<ThreadMessage> = {}): ThreadMessage {
  const base = {
    conversationId: "c",
    parentId: null,
    role: "assistant" as const,
    content: "",
    createdAtMs: 0,
    details: {},
  };
  return { id, ...base, status: "complete", siblings: [id], ...parts };
}

const storeOf = (...pages: ThreadMessage[][]) =>
  new ThreadStore(async () => {
    const messages = pages.shift()!;
    return { total: messages.length, from: 0, messages };
  });
const contents = (threads: ThreadStore) => threads.get("c").messages.map(({ content }) => content);

test("an answer that ended before its message arrived is shown ended", () => {
  const threads = storeOf();
  expect(threads.end("r", message("a", { content: "whole" }))).toBe(false);
  threads.follow("c", null, [message("q"), message("a", { status: "streaming", runId: "r" })]);
  expect(threads.get("c").messages[1]).toMatchObject({ content: "whole", status: "complete" });
});

test("a continued answer is not taken for its ended beginning", () => {
  const threads = storeOf();
  threads.end("first", message("a", { content: "half", status: "stopped" }));
  threads.follow("c", null, [message("a", { status: "streaming", runId: "second", content: "half" })]);
  expect(threads.get("c").messages[0]).toMatchObject({ status: "streaming", runId: "second" });
});

test("a page fetched before a question was sent does not hide the question", async () => {
  let deliver: () => void = () => {};
  const stored = [[message("old")], [message("old"), message("q"), message("a")]];
  const threads = new ThreadStore(async () => {
    const messages = stored.shift()!;
    if (stored.length === 1) await new Promise<void>((resolve) => (deliver = resolve));
    return { total: messages.length, from: 0, messages };
  });
  const loading = threads.load("c");
  threads.follow("c", "old", [message("q"), message("a")]);
  deliver();
  await loading;
  expect(threads.get("c").messages.map(({ id }) => id)).toEqual(["old", "q", "a"]);
});

test("what followed the parent of a new branch is replaced", async () => {
  const threads = storeOf([
    message("q", { content: "q" }),
    message("a", { content: "a" }),
    message("b", { content: "b" }),
  ]);
  await threads.load("c");
  threads.follow("c", "q", [message("a2", { content: "a2" })]);
  expect(contents(threads)).toEqual(["q", "a2"]);
});

test("a page of earlier messages that comes twice is put in once", async () => {
  const threads = new ThreadStore(async (_id, before) =>
    before === undefined
      ? { total: 2, from: 1, messages: [message("b", { content: "b" })] }
      : { total: 2, from: 0, messages: [message("a", { content: "a" })] },
  );
  await threads.load("c");
  await Promise.all([threads.loadEarlier("c"), threads.loadEarlier("c")]);
  expect(contents(threads)).toEqual(["a", "b"]);
});

test("a snapshot replaces, pieces are shown once per frame", () => {
  const frames: (() => void)[] = [];
  const runs = new RunStore((flush) => frames.push(flush));
  let shown = 0;
  runs.subscribe("r", () => (shown += 1));
  runs.append("r", "lost", 1);
  runs.snapshot("r", { conversationId: "c", text: "One ", tokens: 1, thinking: "", toolCalls: [] });
  for (const word of ["two ", "three ", "four"]) runs.append("r", word, 4);
  for (const frame of frames) frame();
  expect(runs.get("r")).toMatchObject({ text: "One two three four", tokens: 4 });
  expect(shown).toBe(2);
  expect(runs.isAnswering("c")).toBe(true);
  runs.end("r");
  expect(runs.isAnswering("c")).toBe(false);
});
