import { expect, test } from "vitest";
import type { ToolCallView } from "#protocol";
import { CallDesk } from "./call-desk.ts";

const clock = { nowMs: () => 0, monotonicMs: () => 0 };
const failed: ToolCallView = { id: "a", name: "weather", arguments: "{}", status: "running", at: 3 };
const done: ToolCallView = { ...failed, id: "b", status: "done", result: "dry" };

test("a call made anew keeps its place, asks nobody, and has the new result", async () => {
  const seen: string[] = [];
  const desk = new CallDesk({
    clock,
    run: () => "windy",
    signal: new AbortController().signal,
    asks: true,
    made: [failed, done],
    onChange: ({ status }) => seen.push(status),
  });
  await desk.again("a");
  expect(desk.made).toEqual([{ ...failed, status: "done", result: "windy", ms: 0 }, done]);
  expect(seen).toEqual(["running", "done"]);
});

test("a call is not made anew for an answer that was stopped", async () => {
  const stopped = AbortSignal.abort(new Error("stopped"));
  const run = () => expect.unreachable("it was made");
  const desk = new CallDesk({ clock, run, signal: stopped, asks: false, made: [failed], onChange: () => {} });
  await expect(desk.again("a")).rejects.toThrow("stopped");
});
