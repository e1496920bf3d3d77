import type { AppEvent } from "#protocol";
import type { TabMessage } from "./event-hub.ts";
import { EventStream } from "./event-stream.ts";
import type { Connection } from "./event-stream.ts";

/** How long the shared worker may say nothing. */
const GREETING_MS = 4000;

/**
 * The tab's view of the server's events. Where the browser can, all tabs share one connection, held by a worker; elsewhere a
 * tab has its own, which it closes while it is hidden: browsers allow six connections to a server over HTTP/1.1.
 */
export class LiveEvents {
  readonly #handle: (event: AppEvent) => void;
  readonly #readers = new Set<() => void>();
  #connection: Connection = "connecting";

  constructor(handle: (event: AppEvent) => void) {
    this.#handle = handle;
  }

  /** Follows the events of this user; the returned function ends it. */
  start(userId: string): () => void {
    return typeof SharedWorker === "function" ? this.#share(userId) : this.#own();
  }

  readonly connection = (): Connection => this.#connection;

  readonly subscribe = (reader: () => void): (() => void) => {
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  };

  #share(userId: string): () => void {
    let port: MessagePort | undefined;
    let stopOwn: (() => void) | undefined;
    let patience: ReturnType<typeof setTimeout> | undefined;
    const join = () => {
      if (port ?? stopOwn) return;
      const worker = new SharedWorker(new URL("./events.worker.ts", import.meta.url), { type: "module", name: userId });
      port = worker.port;
      port.addEventListener("message", ({ data }: MessageEvent<TabMessage>) => {
        clearTimeout(patience);
        if (data.type === "event") this.#handle(data.event);
        else this.#set(data.connection);
      });
      port.start();
      // The worker greets at once. One that is just being ended, with the last page that used it, never does.
      patience = setTimeout(() => {
        leave();
        stopOwn = this.#own();
      }, GREETING_MS);
    };
    const leave = () => {
      clearTimeout(patience);
      stopOwn?.();
      stopOwn = undefined;
      port?.postMessage("leave");
      port?.close();
      port = undefined;
    };
    // A page that is kept for the way back comes to life again.
    addEventListener("pageshow", join);
    addEventListener("pagehide", leave);
    // A worker that is slow to come does not keep the page from being complete; `pageshow` comes after that.
    if (document.readyState === "complete") join();
    return () => {
      removeEventListener("pageshow", join);
      removeEventListener("pagehide", leave);
      leave();
    };
  }

  #own(): () => void {
    const stream = new EventStream({ onEvent: this.#handle, onConnection: (connection) => this.#set(connection) });
    const follow = () => (document.visibilityState === "visible" ? stream.open() : stream.close());
    document.addEventListener("visibilitychange", follow);
    follow();
    return () => {
      document.removeEventListener("visibilitychange", follow);
      stream.close();
    };
  }

  #set(connection: Connection): void {
    if (this.#connection === connection) return;
    this.#connection = connection;
    for (const reader of this.#readers) reader();
  }
}
