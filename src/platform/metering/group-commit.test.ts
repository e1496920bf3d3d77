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
