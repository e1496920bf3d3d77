/** The text of one answer while the server writes it. */
export interface RunState {
  readonly text: string;
  readonly tokens: number;
}

interface RunEntry {
  state: RunState;
  /** Arrived since the last frame. */
  pending: string;
  pendingTokens: number;
  readonly readers: Set<() => void>;
  /** Whether the server has spoken of it. */
  isKnown: boolean;
}

const NOTHING: RunState = { text: "", tokens: 0 };

/** Running answers by run id. Readers are woken at most once per animation frame, whatever the speed of the model. */
export class RunStore {
  readonly #runs = new Map<string, RunEntry>();
  readonly #schedule: (flush: () => void) => void;
  #scheduled = false;

  constructor(schedule: (flush: () => void) => void) {
    this.#schedule = schedule;
  }

  /** Replaces what is known: never appended, so that a reconnection cannot double a word. */
  snapshot(runId: string, text: string, tokens: number): void {
    const entry = this.#entry(runId);
    entry.pending = "";
    entry.isKnown = true;
    entry.state = { text, tokens };
    for (const reader of entry.readers) reader();
  }

  append(runId: string, text: string, tokens: number): void {
    const entry = this.#entry(runId);
    entry.pending += text;
    entry.pendingTokens = tokens;
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#schedule(this.#flush);
  }

  end(runId: string): void {
    this.#runs.delete(runId);
  }

  clear(): void {
    for (const [runId, entry] of this.#runs) if (entry.readers.size === 0) this.#runs.delete(runId);
  }

  isKnown(runId: string): boolean {
    return this.#runs.get(runId)?.isKnown ?? false;
  }

  get(runId: string): RunState {
    return this.#runs.get(runId)?.state ?? NOTHING;
  }

  subscribe(runId: string, reader: () => void): () => void {
    const { readers } = this.#entry(runId);
    readers.add(reader);
    return () => readers.delete(reader);
  }

  readonly #flush = (): void => {
    this.#scheduled = false;
    for (const entry of this.#runs.values()) {
      if (entry.pending === "") continue;
      entry.state = { text: entry.state.text + entry.pending, tokens: entry.pendingTokens };
      entry.pending = "";
      for (const reader of entry.readers) reader();
    }
  };

  #entry(runId: string): RunEntry {
    let entry = this.#runs.get(runId);
    if (!entry)
      this.#runs.set(
        runId,
        (entry = { state: NOTHING, pending: "", pendingTokens: 0, readers: new Set(), isKnown: false }),
      );
    return entry;
  }
}
