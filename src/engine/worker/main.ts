import type { FromWorker, ToWorker } from "./messages.ts";
import { ModelWorker } from "./model-worker.ts";
import { openModel } from "./open-model.ts";
import { watchCancels } from "./watch-cancels.ts";
import { toWireError } from "./wire.ts";

/** Where the engine writes a byte when it cancels something; see `ModelProcess`. */
const BELL_FD = 4;

/** The process of one model. It is told what to load, serves until told to stop, and never outlives the engine. */
function serve(): void {
  let worker: ModelWorker | undefined;
  const send = (message: FromWorker): void => {
    // After a disconnect there is nobody to tell.
    if (process.connected) process.send?.(message);
  };
  process.on("disconnect", () => process.exit(0));
  // Terminals and service managers signal the whole group; the engine drains first and then says stop.
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => {});
  process.on("message", (message: ToWorker) => {
    if (message.type === "load") worker = load(message, send);
    else if (message.type === "stop") process.exit(0);
    else worker?.receive(message);
  });
}

function load(
  { spec }: Extract<ToWorker, { type: "load" }>,
  send: (message: FromWorker) => void,
): ModelWorker | undefined {
  try {
    const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
    const model = openModel(spec, { clock, onProgress: (fraction) => send({ type: "progress", fraction }) });
    if (model.watch) watchCancels(BELL_FD, model.watch.layout).unref();
    send({ type: "loaded", info: model.info });
    return new ModelWorker({
      model,
      adapters: new Set(Object.keys(spec.adapters ?? {})),
      clock,
      send,
      defer: (run) => setImmediate(run),
      residentBytes: () => process.memoryUsage.rss(),
    });
  } catch (error) {
    send({ type: "load_failed", error: toWireError(error) });
    return undefined;
  }
}

serve();
