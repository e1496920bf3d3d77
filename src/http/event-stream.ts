import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { HEARTBEAT } from "#protocol";
import { toWireError } from "./error-boundary.ts";
import type { HeaderList } from "./headers.ts";
import type { EventStream } from "./route.ts";

export interface EventStreamOptions {
  readonly headers: HeaderList;
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
    if (!raw.headersSent) raw.writeHead(200, options.headers);
    raw.write(HEARTBEAT);
  }
  let isFirst = true;
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
      let frames = "";
      for (const item of value) frames += stream.encode(item);
      if (frames !== "") {
        lastWrite = performance.now();
        // The first ones take the head of the answer along.
        const isTaken = isFirst ? raw.write(frames) : writeChunk(raw, frames);
        isFirst = false;
        if (!isTaken) await drained(raw);
      }
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

/**
 * Writes one chunk of a chunked answer in one piece. `raw.write` makes four of it, and a vectored write with them; on a
 * stream of small chunks that is a fifth of the work. As long as the answer does not have its connection yet, `raw` keeps order.
 */
function writeChunk(raw: ServerResponse, text: string): boolean {
  const { socket } = raw;
  if (!raw.chunkedEncoding || socket === null || socket.destroyed || raw.writableCorked > 0) return raw.write(text);
  return socket.write(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`);
}

/** Waits until a slow reader caught up, or left. */
async function drained(raw: ServerResponse): Promise<void> {
  if (raw.destroyed) return;
  const controller = new AbortController();
  const { signal } = controller;
  const source = raw.socket ?? raw;
  await Promise.race([once(source, "drain", { signal }), once(raw, "close", { signal })]).catch(() => {});
  controller.abort();
}

/** Whether a promise settles in time; how it settles is left to whoever awaits it. */
export async function settlesWithin(promise: Promise<unknown>, limitMs: number): Promise<boolean> {
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
