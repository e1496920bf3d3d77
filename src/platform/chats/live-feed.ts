import type { AppEvent } from "#protocol";

export interface FeedEntry {
  /** Position in this feed; an opaque text to clients. */
  readonly id: string;
  readonly event: AppEvent;
}

/** Enough for about ten seconds of a fast answer; a reader who was away longer gets snapshots instead. */
const REMEMBERED_EVENTS = 1024;

/** What happens in one user's chats, for all their open tabs. Remembers the latest events, so that a short gap is replayed. */
export class LiveFeed {
  readonly #epoch: string;
  readonly #recent: FeedEntry[] = [];
  readonly #readers = new Set<(entry: FeedEntry) => void>();
  #count = 0;

  /** `epoch` differs between server starts, so that a position of an earlier one is never taken for ours. */
  constructor(epoch: string) {
    this.#epoch = epoch;
  }

  get hasReaders(): boolean {
    return this.#readers.size > 0;
  }

  publish(event: AppEvent): void {
    this.#count += 1;
    const entry = { id: this.#idOf(this.#count), event };
    this.#recent.push(entry);
    if (this.#recent.length > REMEMBERED_EVENTS) this.#recent.shift();
    for (const reader of this.#readers) reader(entry);
  }

  /** Events after `lastId`, or undefined when they are no longer all known. */
  since(lastId: string): readonly FeedEntry[] | undefined {
    if (lastId === this.position) return [];
    const index = this.#recent.findIndex((entry) => entry.id === lastId);
    return index === -1 ? undefined : this.#recent.slice(index + 1);
  }

  get position(): string {
    return this.#idOf(this.#count);
  }

  /** Calls `reader` for every event from now on, until the returned function is called. */
  subscribe(reader: (entry: FeedEntry) => void): () => void {
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  }

  #idOf(count: number): string {
    return `${this.#epoch}-${count}`;
  }
}
