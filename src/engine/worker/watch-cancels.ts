import { Worker } from "node:worker_threads";
import type { PassWatchLayout } from "../backend/libllama/pass-watch.ts";

/** Passes shorter than this are left to finish: cancellations are read right after them. */
const PATIENCE_MS = 50;

/** Starts the thread that stops a long pass when a byte arrives at `fd`. */
export function watchCancels(fd: number, layout: PassWatchLayout, patienceMs = PATIENCE_MS): Worker {
  const workerData = { fd, patienceMs, layout };
  return new Worker(new URL("./cancel-watch.mjs", import.meta.url), { workerData, execArgv: [] });
}
