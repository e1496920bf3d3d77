import { expect, test } from "vitest";
import { DearForms } from "./dear-forms.ts";

/** Dear forms under a clock that only moves when something is compiled or waited for. */
function world() {
  let now = 0;
  const timers: { at: number; run: () => void }[] = [];
  const forms = new DearForms({
    clock: { nowMs: () => now, monotonicMs: () => now },
    later: (run, ms) => timers.push({ at: now + ms, run }),
  });
  const started: { id: number; at: number }[] = [];
  let lastId = 0;
  const ask = (form: string, compileMs: number): number => {
    const id = ++lastId;
    const start = (): void => {
      started.push({ id, at: now });
      now += compileMs;
    };
    forms.admit({ id, form, compileMs, start });
    return id;
  };
  const waitUntil = (ms: number): void => {
    for (;;) {
      timers.sort((a, b) => a.at - b.at);
      if ((timers[0]?.at ?? Infinity) > ms) break;
      const { at, run } = timers.shift()!;
      now = Math.max(now, at);
      run();
    }
    now = Math.max(now, ms);
  };
  return { forms, ask, started, waitUntil, at: () => now };
}

test("dear forms take at most a fiftieth of the time, in order", () => {
  const { ask, started, waitUntil } = world();
  for (const form of ["a", "b", "c"]) ask(form, 200);
  waitUntil(60_000);
  expect(started).toEqual([
    { id: 1, at: 0 },
    { id: 2, at: 10_000 },
    { id: 3, at: 20_000 },
  ]);
});

test("cheap and known forms never wait, nor does the first after a pause", () => {
  const { ask, started, waitUntil } = world();
  ask("dear", 200);
  ask("other", 200);
  ask("cheap", 1);
  ask("dear", 200);
  expect(started.map(({ id }) => id)).toEqual([1, 3, 4]);
  waitUntil(100_000);
  ask("third", 100);
  expect(started.at(-1)).toEqual({ id: 5, at: 100_000 });
});

test("who leaves is not compiled for, and too many are refused", () => {
  const { forms, ask, started, waitUntil } = world();
  ask("first", 100);
  const second = ask("second", 100);
  ask("third", 100);
  forms.cancel(second);
  waitUntil(60_000);
  expect(started.map(({ id }) => id)).toEqual([1, 3]);
  const flood = (): void => {
    for (let i = 0; i < 100; i++) ask(`flood ${i}`, 5000);
  };
  expect(flood).toThrow(/As many forms wait/);
});
