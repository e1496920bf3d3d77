import type { CancelSignal } from "#base";
import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";

interface Reader {
  readonly resolve: (step: IteratorResult<Buffer, undefined>) => void;
  readonly reject: (reason: unknown) => void;
}

/** How long an answer is waited for. */
export interface Patience {
  readonly signal: CancelSignal;
  /** From the question until `begun` is called; without that call, until the answer's end. */
  readonly firstMs: number;
  /** Then between two pieces. */
  readonly silenceMs: number;
}

/** Of connections whose answers are read here: patience is had by the answer itself. */
export const NO_TIMEOUTS = { headersTimeout: 0, bodyTimeout: 0 } as const;

/** Asks, and resolves with the answer as soon as its head is there. Errors: undici's; the signal's reason; `SilentError`. */
export function request(
  connection: Dispatcher,
  options: Dispatcher.DispatchOptions,
  patience: Patience,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    patience.signal.throwIfAborted();
    connection.dispatch(options, new HttpAnswer(patience, { resolve, reject }));
  });
}

/** Nothing came for too long. */
export class SilentError extends Error {
  constructor(ms: number) {
    super(`nothing came for ${ms / 1000} s`);
    this.name = "SilentError";
  }
}

/**
 * An answer while it arrives, to be read once. Made of undici's own calls: the stream that its `request` puts in between costs each
 * piece of an answer several turns of the event loop. Leaving it before its end closes the connection. What its reader has not taken
 * waits here, up to the pool's `maxResponseSize`: the sender is never made to wait, because undici 7 throws where nobody can catch
 * it when a server closes the connection of a paused answer (its issue 5360).
 */
export class HttpAnswer implements Dispatcher.DispatchHandler, AsyncIterableIterator<Buffer, undefined> {
  status = 0;
  headers: IncomingHttpHeaders = {};
  readonly #signal: CancelSignal;
  readonly #silenceMs: number;
  readonly #onAbort = (): void => this.#break(this.#signal.reason);
  #watchdog: NodeJS.Timeout;
  #hasBegun = false;
  #head: { resolve(answer: HttpAnswer): void; reject(reason: unknown): void } | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #pieces: Buffer[] = [];
  #reader: Reader | undefined;
  /** Who waits for all of it. */
  #onEnd: (() => void) | undefined;
  #isOver = false;
  #failure: { readonly reason: unknown } | undefined;

  constructor(
    { signal, firstMs, silenceMs }: Patience,
    head: { resolve(answer: HttpAnswer): void; reject(reason: unknown): void },
  ) {
    this.#signal = signal;
    this.#silenceMs = silenceMs;
    this.#head = head;
    this.#watchdog = this.#watch(firstMs);
    signal.addEventListener("abort", this.#onAbort);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // Given up while it waited for a connection.
    if (this.#failure !== undefined) controller.abort(asError(this.#failure.reason));
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) return;
    this.status = status;
    this.headers = headers;
    this.#head?.resolve(this);
    this.#head = undefined;
  }

  /** Its reader has heard the first words: from now on, silence is what counts. Signs of life before them are not enough. */
  begun(): void {
    if (this.#hasBegun || this.#isOver) return;
    this.#hasBegun = true;
    clearTimeout(this.#watchdog);
    this.#watchdog = this.#watch(this.#silenceMs);
  }

  onResponseData(_: Dispatcher.DispatchController, piece: Buffer): void {
    if (this.#hasBegun) this.#watchdog.refresh();
    if (this.#reader !== undefined) {
      this.#reader.resolve({ done: false, value: piece });
      this.#reader = undefined;
      return;
    }
    this.#pieces.push(piece);
  }

  onResponseEnd(): void {
    this.#end();
    this.#reader?.resolve({ done: true, value: undefined });
    this.#reader = undefined;
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#fail(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Buffer, undefined>> {
    const piece = this.#pieces.shift();
    if (piece !== undefined) return Promise.resolve({ done: false, value: piece });
    if (this.#failure !== undefined) return Promise.reject(this.#failure.reason as Error);
    if (this.#isOver) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => (this.#reader = { resolve, reject }));
  }

  return(): Promise<IteratorResult<Buffer, undefined>> {
    if (!this.#isOver) this.#break(new Error("The answer was left before its end"));
    return Promise.resolve({ done: true, value: undefined });
  }

  /** All of it. */
  async text(): Promise<string> {
    if (!this.#isOver) await new Promise<void>((resolve) => (this.#onEnd = resolve));
    if (this.#failure !== undefined) throw this.#failure.reason;
    const pieces = this.#pieces;
    return (pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)).toString("utf8");
  }

  /** Whoever waits hears it at once, also where undici has no connection for the question yet. */
  #break(reason: unknown): void {
    this.#fail(reason);
    this.#controller?.abort(asError(reason));
  }

  #fail(reason: unknown): void {
    if (this.#isOver) return;
    this.#failure = { reason };
    this.#end();
    this.#head?.reject(reason);
    this.#reader?.reject(reason);
    this.#reader = undefined;
  }

  #watch(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#break(new SilentError(ms)), ms);
  }

  #end(): void {
    this.#isOver = true;
    clearTimeout(this.#watchdog);
    this.#signal.removeEventListener("abort", this.#onAbort);
    this.#onEnd?.();
  }
}

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)));
