import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Worker } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PassWatch } from "../backend/libllama/pass-watch.ts";
import { watchCancels } from "./watch-cancels.ts";

describe.skipIf(process.platform === "win32")("a long pass", () => {
  const folder = mkdtempSync(join(tmpdir(), "tramontane-watch-"));
  const watch = new PassWatch();
  let bell: number;
  let thread: Worker;

  beforeAll(async () => {
    const path = join(folder, "bell");
    execFileSync("mkfifo", [path]);
    bell = openSync(path, constants.O_RDWR);
    thread = watchCancels(openSync(path, constants.O_RDONLY | constants.O_NONBLOCK), watch.layout, 30);
    await new Promise((resolve) => thread.once("online", resolve));
  });
  afterAll(async () => {
    await thread.terminate();
    closeSync(bell);
    rmSync(folder, { recursive: true });
  });

  /** Blocks this thread as a native pass does, until the flag is raised or the time is over. */
  function pass(limitMs: number): { ranMs: number; wasStopped: boolean } {
    watch.begin();
    const startedMs = performance.now();
    const raised = () => Atomics.load(watch.bytes, watch.layout.flagByte) === 1;
    while (!raised() && performance.now() - startedMs < limitMs);
    const wasStopped = raised();
    watch.end(wasStopped);
    return { ranMs: performance.now() - startedMs, wasStopped };
  }

  test("is stopped when the bell rings, but not before its time", () => {
    writeSync(bell, ".");
    const { ranMs, wasStopped } = pass(5_000);
    expect(wasStopped).toBe(true);
    expect(ranMs).toBeGreaterThanOrEqual(29);
    watch.hear();
  });

  test("is not stopped for what the decoding thread has heard of", () => {
    watch.hear();
    writeSync(bell, ".");
    expect(pass(200).wasStopped).toBe(false);
  });

  test("is stopped no more once stopped passes have cost ten seconds more than others took", () => {
    let at = 0n;
    const greedy = new PassWatch(() => at);
    const run = (ms: number, wasStopped: boolean): void => {
      greedy.begin();
      at += BigInt(ms) * 1_000_000n;
      greedy.end(wasStopped);
    };
    run(6_000, true);
    expect(greedy.mayStop).toBe(true);
    run(6_000, true);
    expect(greedy.mayStop).toBe(false);
    run(6_000, false);
    expect(greedy.mayStop).toBe(true);
  });

  test("runs on when nothing rings", () => {
    expect(pass(150)).toMatchObject({ wasStopped: false });
  });
});
