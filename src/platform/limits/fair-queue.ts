import { TramontaneError } from "#base";
import type { CancelSignal, Clock } from "#base";
import type { PlaceInLine } from "../inference/call.ts";
import { ServiceRate } from "./service-rate.ts";

export interface FairQueueParts {
  /** Requests that may be under way at once. */
  readonly slots: number;
  /** How long a request may wait for its start, milliseconds. */
  readonly deadlineMs: number;
  readonly clock: Clock;
}

/** Requests under way, those that wait, and how many may be under way at once. */
export interface QueueLoad {
  readonly running: number;
  readonly waiting: number;
  readonly slots: number;
}

export interface QueuedRequest {
  readonly organizationId: string;
  /** Prompt and expected output: what a turn costs. */
  readonly tokens: number;
  readonly signal: CancelSignal;
  /** Told where it stands while it waits: at first, and whenever somebody before it has started or gone. */
  readonly onMove?: (place: PlaceInLine) => void;
}

/** A request's place among those under way; `leave` must follow, with the tokens it really took. */
export interface Place {
  readonly waitedMs: number;
  leave(tokens: number): void;
}

interface Waiting extends QueuedRequest {
  readonly sinceMs: number;
  start(): void;
}

interface Line {
  readonly waiting: Waiting[];
  /** Tokens it may still take in its turn; negative when it took more than was thought. */
  deficit: number;
}

/** What an organisation may take in one turn: about one usual request, so that turns change often. */
const QUANTUM_TOKENS = 512;
/**
 * A request is refused at once when its wait would probably be longer than this part of the deadline. Less for who waits
 * for many already: those who come meanwhile take turns too, which no prediction knows of.
 */
const PATIENCE = { few: 0.8, many: 0.5 };
const MANY = 4;

/**
 * Who goes next when more is asked than can be done: deficit round robin over organisations, by tokens (Shreedhar and
 * Varghese, 1996). However much one of them asks, the others get their share; within one it is first come, first served. Who
 * would wait too long hears it at once and not after the wait, and nobody is started after its deadline.
 */
export class FairQueue {
  readonly #parts: FairQueueParts;
  readonly #rate = new ServiceRate();
  /** Organisations that wait, in the order of their turns. */
  readonly #lines = new Map<string, Line>();
  #running = 0;

  constructor(parts: FairQueueParts) {
    this.#parts = parts;
  }

  /** How busy it is now. */
  get load(): QueueLoad {
    return { running: this.#running, waiting: this.waiting, slots: this.#parts.slots };
  }

  get waiting(): number {
    let sum = 0;
    for (const { waiting } of this.#lines.values()) sum += waiting.length;
    return sum;
  }

  /** Resolves when the request may start. Errors: `overloaded` with `retryAfterMs`; the signal's reason. */
  async enter(request: QueuedRequest): Promise<Place> {
    request.signal.throwIfAborted();
    if (this.#running < this.#parts.slots && this.#lines.size === 0) return this.#place(request, 0);
    const waitMs = this.#predictedWaitMs(request);
    const ownWaiting = this.#lines.get(request.organizationId)?.waiting.length ?? 0;
    const patience = ownWaiting >= MANY ? PATIENCE.many : PATIENCE.few;
    const longestMs = this.#parts.deadlineMs * patience;
    if (waitMs > longestMs) throw overloaded(waitMs - longestMs);
    return await this.#wait(request);
  }

  /** How long the request would wait in its organisation's turns; 0 while nobody has measured how fast it goes. */
  #predictedWaitMs({ organizationId, tokens }: QueuedRequest): number {
    const perMs = this.#rate.tokensPerMs;
    if (perMs === undefined) return 0;
    const own = tokensOf(this.#lines.get(organizationId)) + tokens;
    let ahead = 0;
    for (const [id, line] of this.#lines) ahead += id === organizationId ? own - tokens : Math.min(tokensOf(line), own);
    return ahead / perMs;
  }

  async #wait(request: QueuedRequest): Promise<Place> {
    const { clock, deadlineMs } = this.#parts;
    const sinceMs = clock.monotonicMs();
    return await new Promise<Place>((resolve, reject) => {
      const waiting: Waiting = {
        ...request,
        sinceMs,
        start: () => {
          stop();
          resolve(this.#place(request, clock.monotonicMs() - sinceMs));
        },
      };
      const give = (error: unknown): void => {
        stop();
        this.#remove(waiting);
        reject(error as Error);
      };
      const onAbort = (): void => give(request.signal.reason);
      const timer = setTimeout(() => give(overloaded(deadlineMs)), deadlineMs);
      const stop = (): void => {
        clearTimeout(timer);
        request.signal.removeEventListener("abort", onAbort);
      };
      request.signal.addEventListener("abort", onAbort, { once: true });
      const line = this.#lines.get(request.organizationId) ?? { waiting: [], deficit: 0 };
      line.waiting.push(waiting);
      this.#lines.set(request.organizationId, line);
      this.#serve();
      this.#tellPlaces();
    });
  }

  #place({ organizationId, tokens }: QueuedRequest, waitedMs: number): Place {
    const { clock, slots } = this.#parts;
    this.#running += 1;
    this.#rate.setBusy(this.#running >= slots, clock.monotonicMs());
    let isGone = false;
    return {
      waitedMs,
      leave: (taken) => {
        if (isGone) return;
        isGone = true;
        this.#rate.served(taken, clock.monotonicMs());
        this.#running -= 1;
        const line = this.#lines.get(organizationId);
        // What was thought and what it was are settled in the next turn.
        if (line !== undefined) line.deficit += tokens - taken;
        this.#serve();
        this.#tellPlaces();
        this.#rate.setBusy(this.#running >= slots, clock.monotonicMs());
      },
    };
  }

  #serve(): void {
    while (this.#running < this.#parts.slots && this.#lines.size > 0) {
      const [id, line] = this.#lines.entries().next().value!;
      const [head] = line.waiting;
      if (line.deficit < head!.tokens) {
        // Not yet: the turn passes on, and it comes back with more to spend.
        this.#lines.delete(id);
        this.#lines.set(id, line);
        line.deficit += QUANTUM_TOKENS;
        continue;
      }
      line.deficit -= head!.tokens;
      line.waiting.shift();
      if (line.waiting.length === 0) this.#lines.delete(id);
      head!.start();
    }
  }

  /** In turns, so many of each other line go before it as there are of its own up to it. */
  #tellPlaces(): void {
    const perMs = this.#rate.tokensPerMs;
    for (const [id, line] of this.#lines) {
      for (const [index, { onMove }] of line.waiting.entries()) {
        if (onMove === undefined) continue;
        let [ahead, tokens] = [0, 0];
        for (const [other, { waiting }] of this.#lines) {
          const before = waiting.slice(0, other === id ? index : index + 1);
          ahead += before.length;
          tokens += before.reduce((sum, it) => sum + it.tokens, 0);
        }
        onMove({ position: ahead + 1, waitMs: perMs === undefined ? undefined : tokens / perMs });
      }
    }
  }

  #remove(waiting: Waiting): void {
    const line = this.#lines.get(waiting.organizationId);
    const at = line?.waiting.indexOf(waiting) ?? -1;
    if (at < 0) return;
    line!.waiting.splice(at, 1);
    if (line!.waiting.length === 0) this.#lines.delete(waiting.organizationId);
    this.#tellPlaces();
  }
}

const tokensOf = (line: Line | undefined): number =>
  line === undefined ? 0 : line.waiting.reduce((sum, { tokens }) => sum + tokens, 0);

const SHORTEST_RETRY_MS = 1_000;

function overloaded(retryAfterMs: number): TramontaneError {
  return new TramontaneError("overloaded", "Service capacity exceeded for this model: the wait would be too long.", {
    details: { retryAfterMs: Math.max(SHORTEST_RETRY_MS, Math.ceil(retryAfterMs)) },
  });
}
