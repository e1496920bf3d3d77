import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { TramontaneError } from "#base";
import { FairQueue } from "./fair-queue.ts";

const clock = { nowMs: () => Date.now(), monotonicMs: () => Date.now() };
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const ask = (organizationId: string, tokens = 100, signal = new AbortController().signal) => ({
  organizationId,
  tokens,
  signal,
});
const settled = async () => await vi.advanceTimersByTimeAsync(0);

test("while there is room nobody waits", async () => {
  const queue = new FairQueue({ slots: 2, deadlineMs: 1_000, clock });
  const places = await Promise.all([queue.enter(ask("a")), queue.enter(ask("a"))]);
  expect(places.map(({ waitedMs }) => waitedMs)).toEqual([0, 0]);
  expect(queue.waiting).toBe(0);
});

test("organizations take turns by tokens, whoever asked first and most", async () => {
  const queue = new FairQueue({ slots: 1, deadlineMs: 100_000, clock });
  const first = await queue.enter(ask("flood"));
  const order: string[] = [];
  const go = async (name: string, tokens: number) => {
    const place = await queue.enter(ask(name, tokens));
    order.push(name);
    await new Promise((resolve) => setTimeout(resolve, 10));
    place.leave(tokens);
  };
  const all = [
    ...Array.from({ length: 6 }, () => go("flood", 500)),
    go("quiet", 500),
    go("small", 50),
    go("small", 50),
  ];
  first.leave(100);
  await vi.advanceTimersByTimeAsync(1_000);
  await Promise.all(all);
  expect(order.indexOf("quiet")).toBeLessThanOrEqual(3);
  expect(order.lastIndexOf("small")).toBeLessThanOrEqual(4);
});

test("who waits is told its place, and how long that takes, whenever somebody goes", async () => {
  const queue = new FairQueue({ slots: 1, deadlineMs: 100_000, clock });
  const first = await queue.enter(ask("a"));
  const told: Record<string, { position: number; waitMs: number | undefined }[]> = { a: [], b: [] };
  const enter = (name: string) =>
    queue.enter({ ...ask(name), onMove: ({ position, waitMs }) => told[name]!.push({ position, waitMs }) });
  const ahead = queue.enter(ask("a"));
  const [own, other] = [enter("a"), enter("b")];
  expect(told["a"]!.map(({ position }) => position)).toEqual([2, 3]);
  // Turns are taken: one of the longer line goes before it.
  expect(told["b"]!.map(({ position }) => position)).toEqual([2]);
  await vi.advanceTimersByTimeAsync(1_000);
  first.leave(100);
  const second = await ahead;
  expect(told["a"]!.at(-1)).toEqual({ position: 2, waitMs: 1_000 });
  expect(told["b"]!.at(-1)).toEqual({ position: 2, waitMs: 1_000 });
  const count = told["b"]!.length;
  await vi.advanceTimersByTimeAsync(1_000);
  second.leave(100);
  await settled();
  expect([told["a"]!.at(-1)!.position, told["b"]!.at(-1)!.position]).toContain(1);
  expect(told["b"]!.length).toBeLessThanOrEqual(count + 1);
  void own;
  void other;
});

test("nobody is started after the deadline, and who leaves the queue is not started", async () => {
  const queue = new FairQueue({ slots: 1, deadlineMs: 500, clock });
  const place = await queue.enter(ask("a"));
  const late = queue.enter(ask("a")).catch((error: TramontaneError) => error);
  const leaving = new AbortController();
  const left = queue.enter(ask("b", 100, leaving.signal)).catch((error: Error) => error.message);
  leaving.abort(new Error("left"));
  expect(await left).toBe("left");
  await vi.advanceTimersByTimeAsync(500);
  expect(await late).toMatchObject({ code: "overloaded", details: { retryAfterMs: expect.any(Number) } });
  place.leave(100);
  expect(queue.waiting).toBe(0);
  expect((await queue.enter(ask("c"))).waitedMs).toBe(0);
});

/** Eight slots of 100 tokens a second, answers of about 200 tokens: what a day of too much looks like, in virtual time. */
async function flood(overload: number) {
  const deadlineMs = 5_000;
  const queue = new FairQueue({ slots: 8, deadlineMs, clock });
  let seed = 7;
  const random = () => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
  const tally = { servedTokens: 0, quiet: 0, quietInTime: 0, refused: 0, slowRefusals: 0, honest: 0, last: 0 };
  const request = async (organizationId: string) => {
    const tokens = 50 + Math.floor(random() * 300);
    const at = Date.now();
    const isQuiet = organizationId !== "flood";
    if (isQuiet) tally.quiet += 1;
    try {
      const place = await queue.enter(ask(organizationId, tokens));
      if (isQuiet && place.waitedMs <= deadlineMs) tally.quietInTime += 1;
      await new Promise((resolve) => setTimeout(resolve, tokens * 10));
      place.leave(tokens);
      tally.servedTokens += tokens;
      tally.last = Date.now();
    } catch (error) {
      tally.refused += 1;
      if (Date.now() - at > 50) tally.slowRefusals += 1;
      if (Number((error as TramontaneError).details["retryAfterMs"]) >= 1_000) tally.honest += 1;
    }
  };
  // Capacity: 800 tokens a second, 4 requests a second of 200. Nine quiet ones ask half of it together.
  const began = Date.now();
  const running: Promise<void>[] = [];
  for (let ms = 0; ms < 60_000; ms += 50) {
    if (random() < 0.05 * 2) running.push(request(`quiet-${Math.floor(random() * 9)}`));
    for (let n = 0.05 * 4 * (overload - 0.5); n > 0; n -= 1) if (random() < n) running.push(request("flood"));
    await vi.advanceTimersByTimeAsync(50);
  }
  const capacity = ((Date.now() - began) / 1000) * 800;
  const goodput = tally.servedTokens / capacity;
  await vi.advanceTimersByTimeAsync(20_000);
  await Promise.all(running);
  return { ...tally, goodput };
}

test.each([2, 10])(
  "D5 one organization floods, %i times what can be served: nothing is wasted, nobody else notices",
  async (overload) => {
    const { goodput, quiet, quietInTime, refused, slowRefusals, honest } = await flood(overload);
    expect(goodput).toBeGreaterThan(0.9);
    expect(quietInTime / quiet).toBeGreaterThan(0.97);
    expect(refused).toBeGreaterThan(50);
    expect(honest).toBe(refused);
    expect(slowRefusals / refused).toBeLessThan(0.02);
    await settled();
  },
);
