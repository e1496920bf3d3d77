import { TramontaneError } from "#base";
import type { CancelSignal, Clock, Logger } from "#base";
import type { EngineModel, ModelInfo, ModelSpec, ModelStatus } from "../engine.ts";
import type { GenerationEvent, GenerationRequest, PromptPart } from "../generation.ts";
import type { FromWorker, ToWorker, WorkerStatus } from "../worker/messages.ts";
import { toWireRequest } from "../worker/wire.ts";
import { PendingAnswer, PendingCalls, PendingGeneration, vectorsOf } from "./pending-calls.ts";
import type { Answer } from "./pending-calls.ts";
import { Supervisor } from "./supervisor.ts";

interface HostedModelParts {
  readonly spec: ModelSpec;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly onProgress?: ((fraction: number) => void) | undefined;
  readonly onUnload: (model: HostedModel) => void;
}

type Question = Extract<ToWorker, { type: "tokenize" | "detokenize" | "embed" }>;
type QuestionBody = Question extends infer Q ? (Q extends Question ? Omit<Q, "id"> : never) : never;

/** A model in a supervised process of its own; see `EngineModel`. */
export class HostedModel implements EngineModel {
  readonly #supervisor: Supervisor;
  readonly #calls = new PendingCalls();
  readonly #onUnload: (model: HostedModel) => void;
  #info: ModelInfo | undefined;
  #status: WorkerStatus | undefined;
  /** Requests that wait for a process to be ready. */
  #waitingForProcess = 0;

  /** Loads the model. Throws `engine_unavailable`, `model_file_invalid`, `model_load_failed`. */
  static async load(parts: HostedModelParts): Promise<HostedModel> {
    const model = new HostedModel(parts);
    try {
      model.#info = await model.#supervisor.start();
      return model;
    } catch (error) {
      await model.#supervisor.stop();
      throw error;
    }
  }

  private constructor({ spec, logger, clock, onProgress, onUnload }: HostedModelParts) {
    this.#onUnload = onUnload;
    this.#supervisor = new Supervisor({
      spec,
      logger,
      clock,
      onProgress: onProgress ?? (() => {}),
      onMessage: (message) => this.#receive(message),
      onCrash: (error) => this.#crashed(error),
    });
  }

  get info(): ModelInfo {
    return this.#info!;
  }

  /** Of the running process; for diagnosis. */
  get pid(): number | undefined {
    return this.#supervisor.pid;
  }

  /** Calls that wait for an answer; zero when nothing is left behind. */
  get callsInFlight(): number {
    return this.#calls.size;
  }

  status(): ModelStatus {
    const status = this.#status;
    return {
      state: this.#supervisor.state,
      runningSequences: status?.runningSequences ?? 0,
      sequencesAtOnce: status?.sequencesAtOnce ?? 0,
      waitingRequests: (status?.waitingRequests ?? 0) + this.#waitingForProcess,
      cacheTokensUsed: status?.cacheTokensUsed ?? 0,
      cacheTokensTotal: status?.cacheTokensTotal ?? 0,
      residentBytes: status?.residentBytes ?? 0,
      restarts: this.#supervisor.restarts,
    };
  }

  async tokenize(prompt: readonly PromptPart[]): Promise<Int32Array> {
    const answer = await this.#ask({ type: "tokenize", prompt });
    if (answer.type !== "tokens") throw new Error(`expected tokens, got ${answer.type}`);
    return Int32Array.from(answer.tokens);
  }

  async detokenize(tokens: Int32Array): Promise<string> {
    const answer = await this.#ask({ type: "detokenize", tokens: [...tokens] });
    if (answer.type !== "text") throw new Error(`expected a text, got ${answer.type}`);
    return answer.text;
  }

  async *generate(request: GenerationRequest, signal: CancelSignal): AsyncGenerator<GenerationEvent> {
    await this.#ready(signal);
    const call = new PendingGeneration(request.choices);
    const id = this.#calls.add(call);
    const abort = (): void => call.fail(cancelled());
    signal.addEventListener("abort", abort, { once: true });
    try {
      this.#supervisor.send({ type: "generate", id, request: toWireRequest(request) });
      yield* call.events;
    } finally {
      signal.removeEventListener("abort", abort);
      if (this.#calls.remove(id)) this.#supervisor.send({ type: "cancel", id });
    }
  }

  async embed(
    inputs: readonly (readonly PromptPart[])[],
    signal: CancelSignal,
  ): Promise<{ vectors: readonly Float32Array[]; promptTokens: number }> {
    return vectorsOf(await this.#ask({ type: "embed", inputs }, signal));
  }

  async unload(): Promise<void> {
    this.#calls.failAll(new TramontaneError("engine_unavailable", `The model ${this.info.name} was unloaded.`));
    await this.#supervisor.stop();
    this.#onUnload(this);
  }

  async #ask(question: QuestionBody, signal?: CancelSignal): Promise<Answer> {
    await this.#ready(signal);
    const call = new PendingAnswer();
    const id = this.#calls.add(call);
    const abort = (): void => call.fail(cancelled());
    signal?.addEventListener("abort", abort, { once: true });
    try {
      this.#supervisor.send({ ...question, id } as Question);
      return await call.answer;
    } finally {
      signal?.removeEventListener("abort", abort);
      if (this.#calls.remove(id)) this.#supervisor.send({ type: "cancel", id });
    }
  }

  /** Waits for a process, or for the caller's patience to end. */
  async #ready(signal?: CancelSignal): Promise<void> {
    if (signal?.aborted) throw cancelled();
    if (this.#supervisor.state === "ready") return;
    this.#waitingForProcess += 1;
    let abort = (): void => {};
    const aborted = new Promise<never>((_, reject) => {
      abort = () => reject(cancelled());
      signal?.addEventListener("abort", abort, { once: true });
    });
    try {
      await Promise.race([this.#supervisor.ready(), aborted]);
    } finally {
      this.#waitingForProcess -= 1;
      signal?.removeEventListener("abort", abort);
    }
  }

  #receive(message: FromWorker): void {
    if (message.type === "status") this.#status = message.status;
    else this.#calls.dispatch(message);
  }

  #crashed(error: TramontaneError): void {
    this.#status = undefined;
    this.#calls.failAll(error);
  }
}

function cancelled(): TramontaneError {
  return new TramontaneError("cancelled", "The request was cancelled.");
}
