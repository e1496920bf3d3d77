import type { Clock } from "#base";
import type { ToolCallView } from "#protocol";
import type { AnswerCall } from "./answerer.ts";

export interface CallDeskParts {
  readonly clock: Clock;
  /** Makes a call. Throws an error whose message may be shown to people and to the model. */
  readonly run: (call: AnswerCall) => string;
  /** Aborted: nothing waits any longer. */
  readonly signal: AbortSignal;
  /** Whether somebody is asked before each call. */
  readonly asks: boolean;
  /** Calls of the answer's beginning. */
  readonly made: readonly ToolCallView[];
  /** Told of every call, and of each change of its state. */
  readonly onChange: (call: ToolCallView) => void;
}

const DENIED = "The user did not allow this call.";

/** Makes the tool calls of one answer, one after the other, with consent where it is asked for. */
export class CallDesk {
  readonly #parts: CallDeskParts;
  readonly #waiting = new Map<string, (isApproved: boolean) => void>();
  #made: readonly ToolCallView[];

  constructor(parts: CallDeskParts) {
    this.#parts = parts;
    this.#made = parts.made;
  }

  /** All calls so far, in order. */
  get made(): readonly ToolCallView[] {
    return this.#made;
  }

  /** False when no call of that id waits. */
  decide(callId: string, isApproved: boolean): boolean {
    const resolve = this.#waiting.get(callId);
    resolve?.(isApproved);
    return resolve !== undefined;
  }

  /** What each call gave back. Rejects when the signal aborts. `at` is the place in the answer's text. */
  async make(calls: readonly AnswerCall[], at: number): Promise<readonly ToolCallView[]> {
    const status = this.#parts.asks ? "waiting" : "running";
    const views = calls.map(({ id, name, arguments: json }) => ({ id, name, arguments: json, status, at }) as const);
    for (const view of views) this.#set(view);
    const results: ToolCallView[] = [];
    for (const view of views) results.push(await this.#makeOne(view));
    return results;
  }

  /** Makes a call anew that somebody wants made. Rejects when the signal aborts. */
  async again(callId: string): Promise<void> {
    const call = this.#made.find(({ id }) => id === callId);
    if (call !== undefined) await this.#run(call);
  }

  /** Calls that nobody decided on were not made. */
  close(): void {
    for (const call of this.#made)
      if (call.status === "waiting" || call.status === "running") this.#set({ ...call, status: "denied" });
  }

  async #makeOne(call: ToolCallView): Promise<ToolCallView> {
    if (this.#parts.asks && !(await this.#consentTo(call.id)))
      return this.#set({ ...call, status: "denied", result: DENIED });
    return await this.#run(call);
  }

  async #run(call: ToolCallView): Promise<ToolCallView> {
    this.#parts.signal.throwIfAborted();
    const running = this.#set({ ...call, status: "running" });
    const began = this.#parts.clock.monotonicMs();
    const elapsed = () => Math.round(this.#parts.clock.monotonicMs() - began);
    try {
      const result = this.#parts.run(call);
      return this.#set({ ...running, status: "done", result, ms: elapsed() });
    } catch (error) {
      const result = error instanceof Error ? error.message : String(error);
      return this.#set({ ...running, status: "failed", result, ms: elapsed() });
    }
  }

  #consentTo(id: string): Promise<boolean> {
    const { signal } = this.#parts;
    return new Promise<boolean>((resolve, reject) => {
      const onAbort = () => reject(new Error("stopped"));
      if (signal.aborted) return onAbort();
      signal.addEventListener("abort", onAbort, { once: true });
      this.#waiting.set(id, (isApproved) => {
        this.#waiting.delete(id);
        signal.removeEventListener("abort", onAbort);
        resolve(isApproved);
      });
    });
  }

  #set(call: ToolCallView): ToolCallView {
    const isKnown = this.#made.some(({ id }) => id === call.id);
    this.#made = isKnown ? this.#made.map((old) => (old.id === call.id ? call : old)) : [...this.#made, call];
    this.#parts.onChange(call);
    return call;
  }
}
