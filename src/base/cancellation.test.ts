import { expect, test } from "vitest";
import { Canceller } from "./cancellation.ts";
import type { CancelSignal } from "./cancellation.ts";

/** What Node's own signal does, so does ours. */
const pairs: [string, () => { signal: CancelSignal; cancel: (reason: unknown) => void }][] = [
  [
    "AbortController",
    () => {
      const controller = new AbortController();
      return { signal: controller.signal, cancel: (reason) => controller.abort(reason) };
    },
  ],
  [
    "Canceller",
    () => {
      const signal = new Canceller();
      return { signal, cancel: (reason) => signal.cancel(reason) };
    },
  ],
];

test.each(pairs)("%s tells its listeners once, with the first reason", (_, make) => {
  const { signal, cancel } = make();
  let heard = 0;
  signal.addEventListener("abort", () => (heard += 1), { once: true });
  signal.throwIfAborted();
  expect([signal.aborted, signal.reason, heard]).toEqual([false, undefined, 0]);
  cancel("left");
  cancel("stopped");
  expect([signal.aborted, signal.reason, heard]).toEqual([true, "left", 1]);
  expect(() => signal.throwIfAborted()).toThrow("left");
});

test.each(pairs)("%s does not call who was removed, by another listener neither, nor who comes too late", (_, make) => {
  const { signal, cancel } = make();
  const heard: string[] = [];
  const second = (): void => void heard.push("second");
  const third = (): void => void heard.push("third");
  signal.addEventListener("abort", () => {
    heard.push("first");
    signal.removeEventListener("abort", second);
  });
  signal.addEventListener("abort", second);
  signal.addEventListener("abort", third);
  signal.removeEventListener("abort", third);
  cancel("left");
  signal.addEventListener("abort", second);
  expect(heard).toEqual(["first"]);
});
