// A thread beside the decoding one. The decoding thread reads its messages between passes only; a pass over a long prompt
// of a large model takes seconds. Whoever cancels also writes a byte here, and while the decoding thread has not heard of
// it, a pass that has run long enough is stopped. Plain JavaScript, so that the thread starts without a compiler.
import { Socket } from "node:net";
import { workerData } from "node:worker_threads";

/** @type {{ fd: number, patienceMs: number, layout: import("../backend/libllama/pass-watch.ts").PassWatchLayout }} */
const { fd, patienceMs, layout } = workerData;
const flag = new Uint8Array(layout.memory);
const started = new BigInt64Array(layout.memory, layout.startedByte, 1);
const heard = new Int32Array(layout.memory, layout.heardByte, 1);
const LOOK_AGAIN_MS = 10;
let rung = 0;
let timer;

function look() {
  timer = undefined;
  if (Atomics.load(heard, 0) >= rung) return;
  const startedNs = Atomics.load(started, 0);
  if (startedNs !== 0n && Number(process.hrtime.bigint() - startedNs) / 1e6 >= patienceMs) {
    Atomics.store(flag, layout.flagByte, 1);
  }
  timer = setTimeout(look, LOOK_AGAIN_MS);
}

const bell = new Socket({ fd, readable: true, writable: false });
bell.on("data", (bytes) => {
  rung += bytes.length;
  if (timer === undefined) look();
});
// The other side is gone: so is the reason to watch.
bell.on("error", () => bell.destroy());
