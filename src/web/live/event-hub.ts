import type { AppEvent } from "#protocol";
import type { Connection } from "./event-stream.ts";

/** What the tabs of a browser are told. */
export type TabMessage =
  | { readonly type: "event"; readonly event: AppEvent }
  | { readonly type: "connection"; readonly connection: Connection };

type Snapshot = Extract<AppEvent, { type: "snapshot" }>;

export interface EventHubParts {
  /** Begins to be told of events; from its beginning. */
  readonly open: () => void;
  readonly close: () => void;
}

/**
 * One stream of events for all tabs of a browser, which allows six connections to a server over HTTP/1.1. It knows how far
 * each running answer is, so that a tab which joins late is told as by the server: `hello`, then what is being written.
 */
export class EventHub {
  readonly #parts: EventHubParts;
  readonly #tabs = new Set<(message: TabMessage) => void>();
  readonly #running = new Map<string, Snapshot>();
  #connection: Connection = "connecting";
  #hasBegun = false;
  #jobs: AppEvent | undefined;

  constructor(parts: EventHubParts) {
    this.#parts = parts;
  }

  /** A tab wants to be told, until the returned function is called. */
  join(tell: (message: TabMessage) => void): () => void {
    this.#tabs.add(tell);
    tell({ type: "connection", connection: this.#connection });
    if (this.#hasBegun) {
      tell({ type: "event", event: { type: "hello", resumed: false } });
      for (const event of this.#running.values()) tell({ type: "event", event });
      if (this.#jobs) tell({ type: "event", event: this.#jobs });
    }
    if (this.#tabs.size === 1) this.#parts.open();
    return () => {
      if (!this.#tabs.delete(tell) || this.#tabs.size > 0) return;
      this.#hasBegun = false;
      this.#running.clear();
      this.#jobs = undefined;
      this.#parts.close();
    };
  }

  connection(connection: Connection): void {
    this.#connection = connection;
    this.#tell({ type: "connection", connection });
  }

  event(event: AppEvent): void {
    this.#follow(event);
    this.#tell({ type: "event", event });
  }

  #follow(event: AppEvent): void {
    if (event.type === "hello") {
      this.#hasBegun = true;
      if (!event.resumed) this.#running.clear();
    } else if (event.type === "jobs") this.#jobs = event;
    else if (event.type === "snapshot") this.#running.set(event.runId, event);
    else if (event.type === "end") this.#running.delete(event.runId);
    else if ("runId" in event) {
      const before = this.#running.get(event.runId);
      if (before) this.#running.set(event.runId, after(before, event));
    }
  }

  #tell(message: TabMessage): void {
    for (const tell of this.#tabs) tell(message);
  }
}

function after(so: Snapshot, event: Extract<AppEvent, { type: "wait" | "delta" | "thought" | "tool" }>): Snapshot {
  const { wait: _, ...begun } = so;
  switch (event.type) {
    case "wait":
      return { ...so, wait: event.wait };
    case "delta":
      return { ...begun, text: so.text + event.text, tokens: event.tokens };
    case "thought":
      return { ...begun, thinking: so.thinking + event.text };
    case "tool":
      return { ...so, toolCalls: [...so.toolCalls.filter(({ id }) => id !== event.call.id), event.call] };
  }
}
