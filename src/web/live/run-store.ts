import type { AnswerWait, ToolCallView } from "#protocol";

/** One answer while the server writes it. */
export interface RunState {
  readonly text: string;
  readonly tokens: number;
  readonly thinking: string;
  readonly toolCalls: readonly ToolCallView[];
  /** What it waits for before it begins. */
  readonly wait?: AnswerWait | undefined;
}

interface RunEntry {
  state: RunState;
  /** Arrived since the last frame. */
  pending: string;
  pendingThought: string;
  pendingTokens: number;
  readonly readers: Set<() => void>;
  /** Whether the server has spoken of it. */
  isKnown: boolean;
}

const NOTHING: RunState = { text: "", tokens: 0, thinking: "", toolCalls: [] };

/** Running answers by run id. Readers are woken at most once per animation frame, whatever the speed of the model. */
export class RunStore {
  readonly #runs = new Map<string, RunEntry>();
  /** The conversation of each running answer. */
  readonly #answering = new Map<string, string>();
  readonly #listReaders = new Set<() => void>();
  readonly #schedule: (flush: () => void) => void;
  #scheduled = false;

  constructor(schedule: (flush: () => void) => void) {
    this.#schedule = schedule;
  }

  /** Replaces what is known: never appended, so that a reconnection cannot double a word. */
  snapshot(runId: string, state: RunState & { readonly conversationId: string }): void {
    this.#answering.set(runId, state.conversationId);
    this.#wakeList();
    const entry = this.#entry(runId);
    entry.pending = "";
    entry.pendingThought = "";
    entry.isKnown = true;
    entry.state = state;
    for (const reader of entry.readers) reader();
  }

  /** A call was made, or its state changed: told at once, for somebody may have to decide. */
  call(runId: string, call: ToolCallView): void {
    const entry = this.#entry(runId);
    const { toolCalls } = entry.state;
    const isKnown = toolCalls.some(({ id }) => id === call.id);
    const next = isKnown ? toolCalls.map((old) => (old.id === call.id ? call : old)) : [...toolCalls, call];
    entry.state = { ...entry.state, toolCalls: next };
    for (const reader of entry.readers) reader();
  }

  waitFor(runId: string, wait: AnswerWait): void {
    const entry = this.#entry(runId);
    entry.state = { ...entry.state, wait };
    for (const reader of entry.readers) reader();
  }

  think(runId: string, text: string): void {
    this.#entry(runId).pendingThought += text;
    this.#wakeLater();
  }

  append(runId: string, text: string, tokens: number): void {
    const entry = this.#entry(runId);
    entry.pending += text;
    entry.pendingTokens = tokens;
    this.#wakeLater();
  }

  #wakeLater(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#schedule(this.#flush);
  }

  end(runId: string): void {
    this.#runs.delete(runId);
    this.#answering.delete(runId);
    this.#wakeList();
  }

  clear(): void {
    this.#answering.clear();
    this.#wakeList();
    for (const [runId, entry] of this.#runs) if (entry.readers.size === 0) this.#runs.delete(runId);
  }

  /** Whether an answer is being written in the conversation, in whatever tab it was asked for. */
  isAnswering(conversationId: string): boolean {
    return [...this.#answering.values()].includes(conversationId);
  }

  /** Wakes when an answer begins or ends anywhere. */
  readonly subscribeToList = (reader: () => void): (() => void) => {
    this.#listReaders.add(reader);
    return () => this.#listReaders.delete(reader);
  };

  #wakeList(): void {
    for (const reader of this.#listReaders) reader();
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
      const { pending, pendingThought, state } = entry;
      if (pending === "" && pendingThought === "") continue;
      const tokens = pending === "" ? state.tokens : entry.pendingTokens;
      entry.state = {
        ...state,
        wait: undefined,
        text: state.text + pending,
        thinking: state.thinking + pendingThought,
        tokens,
      };
      entry.pending = "";
      entry.pendingThought = "";
      for (const reader of entry.readers) reader();
    }
  };

  #entry(runId: string): RunEntry {
    let entry = this.#runs.get(runId);
    if (!entry)
      this.#runs.set(
        runId,
        (entry = {
          state: NOTHING,
          pending: "",
          pendingThought: "",
          pendingTokens: 0,
          readers: new Set(),
          isKnown: false,
        }),
      );
    return entry;
  }
}
