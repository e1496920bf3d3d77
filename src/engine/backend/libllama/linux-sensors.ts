import { readdirSync, readFileSync } from "node:fs";
import type { ThreadSensors } from "./thread-controller.ts";

const TICK_MS = 10;

/** Thread ids of this process; empty where the system does not tell. */
export function listThreads(): number[] {
  try {
    return readdirSync("/proc/self/task").map(Number);
  } catch {
    return [];
  }
}

/** Reads Linux's scheduler statistics for the given threads and processors; undefined where they are missing. */
export function openSensors(threads: readonly number[], cpus: readonly number[]): ThreadSensors | undefined {
  const sensors: ThreadSensors = {
    delays: () =>
      threads.map((thread) => {
        const [ran = 0, waited = 0] = readFileSync(`/proc/self/task/${thread}/schedstat`, "latin1")
          .split(" ")
          .map(Number);
        return { ranMs: ran / 1e6, waitedMs: waited / 1e6 };
      }),
    idleMs: () => {
      const lines = readFileSync("/proc/stat", "latin1").split("\n");
      // cpuN user nice system idle iowait …
      const idleTicks = lines.map((line) => {
        const match = /^cpu(\d+) \d+ \d+ \d+ (\d+) (\d+)/.exec(line);
        return match !== null && cpus.includes(Number(match[1])) ? Number(match[2]) + Number(match[3]) : 0;
      });
      return idleTicks.reduce((sum, ticks) => sum + ticks, 0) * TICK_MS;
    },
  };
  try {
    const readable = threads.length > 0 && sensors.delays().length > 0 && sensors.idleMs() >= 0;
    return readable ? sensors : undefined;
  } catch {
    return undefined;
  }
}
