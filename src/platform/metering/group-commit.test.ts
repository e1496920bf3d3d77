import { expect, test } from "vitest";
import { GroupCommit } from "./group-commit.ts";

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test("what waits while a batch is written becomes the next batch, in order, each with its own result", async () => {
  const batches: number[][] = [];
  const group = new GroupCommit<number, string>(async (batch) => {
    batches.push([...batch]);
    await pause(20);
    return batch.map((n) => `r${n}`);
  });
  const first = group.submit(1);
  await pause(10);
  const later = Promise.all([2, 3, 4].map((n) => group.submit(n)));
  expect([await first, await later]).toEqual(["r1", ["r2", "r3", "r4"]]);
  expect(batches).toEqual([[1], [2, 3, 4]]);
});

test("a batch holds at most 500, and draining waits for all of them", async () => {
  const sizes: number[] = [];
  const group = new GroupCommit<number, number>(async (batch) => {
    sizes.push(batch.length);
    return batch;
  });
  let done = 0;
  for (let n = 0; n < 1_200; n++) void group.submit(n).then(() => (done += 1));
  await group.drain();
  expect(sizes).toEqual([500, 500, 200]);
  expect(done).toBe(1_200);
});

test("one bad operation fails alone; a store that is away fails all at once", async () => {
  const tried: number[][] = [];
  let isAway = false;
  const group = new GroupCommit<number, number>(async (batch) => {
    tried.push([...batch]);
    if (isAway) throw Object.assign(new Error("away"), { code: "ECONNREFUSED" });
    if (batch.includes(2)) throw Object.assign(new Error("bad"), { code: "23505" });
    return batch;
  });
  const submitAll = () => Promise.allSettled([1, 2, 3].map((n) => group.submit(n)));
  expect((await submitAll()).map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(tried).toEqual([[1, 2, 3], [1], [2], [3]]);
  isAway = true;
  expect((await submitAll()).map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  expect(tried).toHaveLength(5);
});

test("with a lag a batch waits for company: until there is enough, until its time is up, or until it is drained", async () => {
  const batches: number[][] = [];
  const write = async (batch: readonly number[]) => (batches.push([...batch]), batch);
  const patient = new GroupCommit<number, number>(write, { ms: 600_000, enough: 3 });
  await Promise.all([1, 2, 3].map((n) => patient.submit(n)));
  expect(batches).toEqual([[1, 2, 3]]);
  const late = patient.submit(4);
  await pause(30);
  expect(batches).toHaveLength(1);
  await patient.drain();
  expect(await late).toBe(4);
  const brief = new GroupCommit<number, number>(write, { ms: 10, enough: 3 });
  const first = brief.submit(5);
  expect(await Promise.all([first, brief.submit(6)])).toEqual([5, 6]);
  expect(batches).toEqual([[1, 2, 3], [4], [5, 6]]);
});
