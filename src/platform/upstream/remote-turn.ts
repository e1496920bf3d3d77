import { TramontaneError } from "#base";
import type { CancelSignal, Clock, Logger } from "#base";
import type { Turn, TurnEvent } from "../inference/turn.ts";
import { brokenOff, readAnswer, readWholeAnswer } from "./read-answer.ts";
import type { ReadAnswerOptions } from "./read-answer.ts";
import type { EndpointAnswer, RemoteEndpoint } from "./remote-endpoint.ts";

/** One engine asked for one request. */
export interface EngineAttempt {
  readonly host: string;
  /** `answered`, or the code of what went wrong. */
  outcome: string;
  /** Until it began to answer, or would not. */
  readonly ms: number;
}

export interface RemoteCall {
  readonly requestId: string;
  readonly signal: CancelSignal;
  /** Told of each engine once it has begun to answer or failed to; its outcome changes when the answer breaks off. */
  readonly onAttempt?: (attempt: EngineAttempt) => void;
}

/** The engines that one request may go to. */
export interface Engines {
  /** The next one to ask. Errors: `engine_unavailable`. */
  choose(tried: ReadonlySet<RemoteEndpoint>): RemoteEndpoint;
  /** Whether one more may be asked, after one that failed. */
  mayRetry(tried: ReadonlySet<RemoteEndpoint>): boolean;
  /** The request is on its way to an engine. The function it returns says that the answer has begun, or never will; once. */
  expect(endpoint: RemoteEndpoint): () => void;
  ask(endpoint: RemoteEndpoint): Promise<{ readonly answer: EndpointAnswer; readonly reading: ReadAnswerOptions }>;
}

export interface RemoteTurnParts {
  /** The model's name here. */
  readonly model: string;
  readonly engines: Engines;
  readonly call: RemoteCall;
  readonly clock: Clock;
  readonly logger: Logger;
}

type Step = IteratorResult<readonly TurnEvent[], undefined>;

const END: Step = { done: true, value: undefined };

const MAY_BE_RETRIED: readonly string[] = ["overloaded", "engine_unavailable", "engine_crashed"];

/**
 * An answer of the first engine that gives one: until its first event another may take over, afterwards nothing is tried again. No
 * generator: that would cost every piece of it several turns of the event loop.
 */
export class RemoteTurn implements Turn, AsyncIterator<readonly TurnEvent[], undefined> {
  readonly #parts: RemoteTurnParts;
  readonly #tried = new Set<RemoteEndpoint>();
  #attempt: Attempt | undefined;
  #isOver = false;

  constructor(parts: RemoteTurnParts) {
    this.#parts = parts;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<Step> {
    while (!this.#isOver) {
      const attempt = (this.#attempt ??= this.#begin());
      try {
        const step = attempt.events === undefined ? await this.#ask(attempt) : await attempt.events.next();
        if (step.done === true) this.#end(attempt, true);
        else attempt.answers();
        return step;
      } catch (thrown) {
        await this.return();
        const error = this.#failureOf(attempt, thrown);
        if (attempt.hasBegun || !this.#mayRetry(error)) throw error;
        this.#attempt = undefined;
        this.#isOver = false;
      }
    }
    return END;
  }

  async return(): Promise<Step> {
    await this.#attempt?.events?.return?.();
    if (this.#attempt !== undefined) this.#end(this.#attempt, false);
    return END;
  }

  #begin(): Attempt {
    const { engines, call, clock } = this.#parts;
    const endpoint = engines.choose(this.#tried);
    this.#tried.add(endpoint);
    return new Attempt(endpoint, { clock, expected: engines.expect(endpoint), onAttempt: call.onAttempt });
  }

  /** The first of what the engine says, or all of it. */
  async #ask(attempt: Attempt): Promise<Step> {
    const { answer, reading } = await this.#parts.engines.ask(attempt.endpoint);
    attempt.answer = answer;
    if (!answer.isWhole) {
      attempt.events = readAnswer(answer.body, reading);
      return await attempt.events.next();
    }
    const value = await readWholeAnswer(answer.body, reading);
    this.#end(attempt, true);
    return { done: false, value };
  }

  #end(attempt: Attempt, wentWell: boolean): void {
    this.#isOver = true;
    attempt.end(wentWell);
  }

  /** What went wrong, for the client; who has left is told so. */
  #failureOf(attempt: Attempt, thrown: unknown): TramontaneError {
    const { call, logger, model } = this.#parts;
    if (call.signal.aborted) attempt.tell("cancelled");
    call.signal.throwIfAborted();
    const error =
      thrown instanceof TramontaneError
        ? thrown
        : new TramontaneError("engine_crashed", brokenOff().message, { cause: thrown });
    const { code } = error;
    attempt.tell(code);
    const cause = error.cause instanceof Error ? error.cause.message : undefined;
    const { host, health } = attempt.endpoint;
    const { requestId } = call;
    logger.log("warn", "upstream.failed", { requestId, host, code, cause, attempt: this.#tried.size });
    const { state, problem } = health;
    if (state === "misconfigured") logger.log("error", "upstream.misconfigured", { model, host, problem });
    return error;
  }

  #mayRetry({ code }: TramontaneError): boolean {
    return MAY_BE_RETRIED.includes(code) && this.#parts.engines.mayRetry(this.#tried);
  }
}

interface AttemptParts {
  readonly clock: Clock;
  /** To be called once the answer has begun, or never will. */
  readonly expected: () => void;
  readonly onAttempt: RemoteCall["onAttempt"];
}

/** One engine that was asked, and who is to hear how that went. */
class Attempt {
  readonly endpoint: RemoteEndpoint;
  answer: EndpointAnswer | undefined;
  events: AsyncIterator<readonly TurnEvent[], undefined> | undefined;
  hasBegun = false;
  readonly #parts: AttemptParts;
  readonly #askedAtMs: number;
  #told: EngineAttempt | undefined;
  #isOver = false;

  constructor(endpoint: RemoteEndpoint, parts: AttemptParts) {
    this.endpoint = endpoint;
    this.#parts = parts;
    this.#askedAtMs = parts.clock.monotonicMs();
  }

  /** It has said something; only the first time is news. */
  answers(): void {
    if (this.hasBegun) return;
    this.hasBegun = true;
    this.tell("answered");
    this.answer?.body.begun();
    this.#parts.expected();
  }

  tell(outcome: string): void {
    const { clock, onAttempt } = this.#parts;
    if (this.#told !== undefined) this.#told.outcome = outcome;
    else onAttempt?.((this.#told = { host: this.endpoint.host, outcome, ms: clock.monotonicMs() - this.#askedAtMs }));
  }

  /** Nothing more will come of it, or be wanted of it. */
  end(wentWell: boolean): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#parts.expected();
    this.answer?.done(wentWell);
  }
}
