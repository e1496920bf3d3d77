import { expect, test } from "vitest";
import type { AppEvent } from "#protocol";
import { EventHub } from "./event-hub.ts";
import type { TabMessage } from "./event-hub.ts";

function hubWith() {
  const doings: string[] = [];
  const hub = new EventHub({ open: () => doings.push("open"), close: () => doings.push("close") });
  const join = () => {
    const told: TabMessage[] = [];
    const leave = hub.join((message) => told.push(message));
    return { leave, events: () => told.flatMap((it) => (it.type === "event" ? [it.event] : [])) };
  };
  return { hub, join, doings };
}

const snapshot: AppEvent = {
  type: "snapshot",
  runId: "r",
  conversationId: "c",
  messageId: "m",
  text: "One ",
  tokens: 1,
  thinking: "",
  toolCalls: [],
};

test("eight tabs open one stream, and the last one closes it", () => {
  const { join, doings } = hubWith();
  const tabs = Array.from({ length: 8 }, join);
  expect(doings).toEqual(["open"]);
  for (const { leave } of tabs) leave();
  for (const { leave } of tabs) leave();
  expect(doings).toEqual(["open", "close"]);
});

test("a tab that joins late is told the whole text so far, as the server would", () => {
  const { hub, join } = hubWith();
  join();
  hub.event({ type: "hello", resumed: false });
  hub.event(snapshot);
  hub.event({ type: "delta", runId: "r", text: "two", tokens: 2 });
  const late = join();
  expect(late.events()).toEqual([
    { type: "hello", resumed: false },
    { ...snapshot, text: "One two", tokens: 2 },
  ]);
  hub.event({ type: "delta", runId: "r", text: " three", tokens: 3 });
  expect(late.events().at(-1)).toMatchObject({ type: "delta", text: " three" });
});

test("an ended answer is not told again, nor anything of a stream that was closed", () => {
  const { hub, join } = hubWith();
  const first = join();
  hub.event({ type: "hello", resumed: false });
  hub.event(snapshot);
  hub.event({ type: "end", runId: "r", message: {} as never });
  expect(join().events()).toEqual([{ type: "hello", resumed: false }]);
  first.leave();
  const { hub: other, join: enter } = hubWith();
  const only = enter();
  other.event({ type: "hello", resumed: false });
  other.event(snapshot);
  only.leave();
  expect(enter().events()).toEqual([]);
});
