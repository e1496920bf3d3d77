import { AsyncQueue } from "#base";
import type { TramontaneError } from "#base";
import type { GenerationEvent } from "../generation.ts";
import type { FromWorker } from "../worker/messages.ts";
import { fromWireError, fromWireEvent, fromWireVector } from "../worker/wire.ts";

/** What a call waits for. */
export interface PendingCall {
  receive(message: Answer): void;
  fail(error: TramontaneError): void;
}

export type Answer = Extract<FromWorker, { type: "tokens" | "text" | "vectors" }>;

/** A request whose events stream in until every choice has finished. */
export class PendingGeneration implements PendingCall {
  readonly events = new AsyncQueue<GenerationEvent>();
  #choicesLeft: number;

  constructor(choices: number) {
    this.#choicesLeft = choices;
  }

  get isFinished(): boolean {
    return this.#choicesLeft === 0;
  }

  push(event: GenerationEvent): void {
    this.events.push(event);
    if (event.type !== "finished") return;
    this.#choicesLeft -= 1;
    if (this.#choicesLeft === 0) this.events.end();
  }

  receive(): void {}

  fail(error: TramontaneError): void {
    this.#choicesLeft = 0;
    this.events.fail(error);
  }
}

/** A question with one answer. */
export class PendingAnswer implements PendingCall {
  readonly answer: Promise<Answer>;
  readonly #resolve: (answer: Answer) => void;
  readonly #reject: (error: TramontaneError) => void;

  constructor() {
    let settle: { resolve: (answer: Answer) => void; reject: (error: TramontaneError) => void } | undefined;
    this.answer = new Promise((resolve, reject) => (settle = { resolve, reject }));
    this.#resolve = settle!.resolve;
    this.#reject = settle!.reject;
  }

  receive(message: Answer): void {
    this.#resolve(message);
  }

  fail(error: TramontaneError): void {
    this.#reject(error);
  }
}

/** The calls in flight to one process, by the id both sides use. */
export class PendingCalls {
  readonly #calls = new Map<number, PendingCall>();
  #lastId = 0;

  get size(): number {
    return this.#calls.size;
  }

  add(call: PendingCall): number {
    this.#lastId += 1;
    this.#calls.set(this.#lastId, call);
    return this.#lastId;
  }

  /** True when it was still in flight. */
  remove(id: number): boolean {
    return this.#calls.delete(id);
  }

  /** Hands a message to the call it belongs to; answers to calls that were given up are dropped. */
  dispatch(message: FromWorker): void {
    switch (message.type) {
      case "outputs":
        for (const output of message.outputs) {
          const call = this.#calls.get(output.id);
          if (call === undefined) continue;
          if ("error" in output) this.#settle(output.id, (failed) => failed.fail(fromWireError(output.error)));
          else if (call instanceof PendingGeneration) this.#push(output.id, call, fromWireEvent(output.event));
        }
        break;
      case "refused":
        this.#settle(message.id, (call) => call.fail(fromWireError(message.error)));
        break;
      case "tokens":
      case "text":
      case "vectors":
        this.#settle(message.id, (call) => call.receive(message));
        break;
      default:
    }
  }

  failAll(error: TramontaneError): void {
    for (const id of this.#calls.keys()) this.#settle(id, (call) => call.fail(error));
  }

  #push(id: number, call: PendingGeneration, event: GenerationEvent): void {
    call.push(event);
    if (call.isFinished) this.#calls.delete(id);
  }

  #settle(id: number, settle: (call: PendingCall) => void): void {
    const call = this.#calls.get(id);
    if (call === undefined) return;
    this.#calls.delete(id);
    settle(call);
  }
}

export function vectorsOf(answer: Answer): { vectors: Float32Array[]; promptTokens: number } {
  if (answer.type !== "vectors") throw new Error(`expected vectors, got ${answer.type}`);
  return { vectors: answer.vectors.map(fromWireVector), promptTokens: answer.promptTokens };
}
