import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { HEARTBEAT } from "#protocol";
import { toWireError } from "./error-boundary.ts";
import type { EventStream } from "./route.ts";

export interface EventStreamOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** Silence after which a heartbeat is sent; the head of the answer waits no longer than that either. */
  readonly heartbeatMs: number;
  readonly onBroken: (error: unknown) => void;
}

/**
 * Writes a stream of events. What fails before the first byte is thrown, so that it becomes an ordinary error answer;
 * what fails later is told inside the stream. Resolves when the answer ended or its reader left.
 */
export async function sendEvents(raw: ServerResponse, stream: EventStream, options: EventStreamOptions): Promise<void> {
  const iterator = stream.items[Symbol.asyncIterator]();
  let step = iterator.next();
  if (!(await settlesWithin(step, options.heartbeatMs))) {
    raw.writeHead(200, options.headers);
    raw.write(HEARTBEAT);
  }
  let lastWrite = performance.now();
  const heart = setInterval(() => {
    if (!raw.headersSent || performance.now() - lastWrite < options.heartbeatMs) return;
    raw.write(HEARTBEAT);
    lastWrite = performance.now();
  }, options.heartbeatMs / 2);
  try {
    for (;;) {
      const { done, value } = await step;
      if (done === true) break;
      if (!raw.headersSent) raw.writeHead(200, options.headers);
      lastWrite = performance.now();
      if (!raw.write(stream.encode(value))) await drained(raw);
      step = iterator.next();
    }
    raw.end(stream.end);
  } catch (error) {
    if (!raw.headersSent) throw error;
    options.onBroken(error);
    raw.end(stream.breakOff(toWireError(error)));
  } finally {
    clearInterval(heart);
    iterator.return?.().catch(() => {});
  }
}

/** Waits until a slow reader caught up, or left. */
async function drained(raw: ServerResponse): Promise<void> {
  if (raw.destroyed) return;
  const controller = new AbortController();
  const { signal } = controller;
  await Promise.race([once(raw, "drain", { signal }), once(raw, "close", { signal })]).catch(() => {});
  controller.abort();
}

/** Whether a promise settles in time; how it settles is left to whoever awaits it. */
async function settlesWithin(promise: Promise<unknown>, limitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<false>((resolve) => (timer = setTimeout(resolve, limitMs, false)));
  const settled = promise.then(
    () => true,
    () => true,
  );
  const isSettled = await Promise.race([settled, timeout]);
  clearTimeout(timer);
  return isSettled;
}
