import type { AppEvent } from "#protocol";

export type Connection = "connecting" | "open" | "lost";

/**
 * The tab's one event stream. Browsers allow six connections to a server over HTTP/1.1, so a hidden tab closes its stream and
 * takes up where it left off when it is seen again.
 */
export class LiveEvents {
  readonly #handle: (event: AppEvent) => void;
  readonly #readers = new Set<() => void>();
  #source: EventSource | undefined;
  #lastId: string | undefined;
  #connection: Connection = "connecting";

  constructor(handle: (event: AppEvent) => void) {
    this.#handle = handle;
  }

  /** Connects now and follows the page's visibility; the returned function ends it. */
  start(): () => void {
    const follow = () => (document.visibilityState === "visible" ? this.#open() : this.#close());
    document.addEventListener("visibilitychange", follow);
    follow();
    return () => {
      document.removeEventListener("visibilitychange", follow);
      this.#close();
    };
  }

  readonly connection = (): Connection => this.#connection;

  readonly subscribe = (reader: () => void): (() => void) => {
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  };

  #open(): void {
    if (this.#source) return;
    const after = this.#lastId === undefined ? "" : `?after=${encodeURIComponent(this.#lastId)}`;
    const source = new EventSource(`/api/events${after}`);
    this.#source = source;
    source.addEventListener("open", () => this.#set("open"));
    source.addEventListener("error", () => {
      this.#set("lost");
      // A refused connection (a restarted proxy, a signed-out session) is closed for good by the browser: try again ourselves.
      if (source.readyState === EventSource.CLOSED && this.#source === source) {
        this.#close();
        setTimeout(() => document.visibilityState === "visible" && this.#open(), 2000);
      }
    });
    source.addEventListener("message", ({ data, lastEventId }) => {
      this.#lastId = lastEventId;
      this.#handle(JSON.parse(String(data)) as AppEvent);
    });
  }

  #close(): void {
    this.#source?.close();
    this.#source = undefined;
  }

  #set(connection: Connection): void {
    if (this.#connection === connection) return;
    this.#connection = connection;
    for (const reader of this.#readers) reader();
  }
}
