import type { AppEvent } from "#protocol";

export type Connection = "connecting" | "open" | "lost";

export interface EventStreamReaders {
  readonly onEvent: (event: AppEvent) => void;
  readonly onConnection: (connection: Connection) => void;
}

const RETRY_MS = 2000;

/** One connection to the server's events that takes up where it left off, however it was lost. */
export class EventStream {
  readonly #readers: EventStreamReaders;
  #source: EventSource | undefined;
  #lastId: string | undefined;
  #isWanted = false;

  constructor(readers: EventStreamReaders) {
    this.#readers = readers;
  }

  open(): void {
    this.#isWanted = true;
    if (this.#source) return;
    const after = this.#lastId === undefined ? "" : `?after=${encodeURIComponent(this.#lastId)}`;
    const source = new EventSource(`/api/events${after}`);
    this.#source = source;
    source.addEventListener("open", () => this.#readers.onConnection("open"));
    source.addEventListener("error", () => {
      this.#readers.onConnection("lost");
      // A refused connection (a restarted proxy, a signed-out session) is closed for good by the browser: try again ourselves.
      if (source.readyState !== EventSource.CLOSED || this.#source !== source) return;
      this.#source = undefined;
      setTimeout(() => this.#isWanted && this.open(), RETRY_MS);
    });
    source.addEventListener("message", ({ data, lastEventId }) => {
      this.#lastId = lastEventId;
      this.#readers.onEvent(JSON.parse(String(data)) as AppEvent);
    });
  }

  /** What comes meanwhile is told after the next opening. */
  close(): void {
    this.#isWanted = false;
    this.#source?.close();
    this.#source = undefined;
  }

  /** The next opening begins anew. */
  forget(): void {
    this.#lastId = undefined;
  }
}
