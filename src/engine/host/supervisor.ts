import { TramontaneError } from "#base";
import type { Clock, Logger } from "#base";
import type { ModelInfo, ModelSpec, ModelStatus } from "../engine.ts";
import type { FromWorker, ToWorker } from "../worker/messages.ts";
import { fromWireError } from "../worker/wire.ts";
import { ModelProcess } from "./model-process.ts";
import type { ProcessExit } from "./model-process.ts";

interface SupervisorParts {
  readonly spec: ModelSpec;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly onProgress: (fraction: number) => void;
  /** Everything a ready process says about calls. */
  readonly onMessage: (message: FromWorker) => void;
  /** A ready process died: nothing in flight will be answered. */
  readonly onCrash: (error: TramontaneError) => void;
}

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 30_000;
/** A process that lived this long has earned a quick restart. */
const STABLE_MS = 60_000;

/** Keeps one model's process alive: starts it, restarts it after a crash with growing delays, and stops it. */
export class Supervisor {
  readonly #parts: SupervisorParts;
  #state: ModelStatus["state"] = "loading";
  #process: ModelProcess | undefined;
  #info: ModelInfo | undefined;
  /** What the process that is about to end said of its load. */
  #loadError: TramontaneError | undefined;
  #restarts = 0;
  #delayMs = FIRST_DELAY_MS;
  #startedMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #waiters: { resolve: () => void; reject: (error: TramontaneError) => void }[] = [];

  constructor(parts: SupervisorParts) {
    this.#parts = parts;
  }

  get state(): ModelStatus["state"] {
    return this.#state;
  }

  get restarts(): number {
    return this.#restarts;
  }

  /** Of the running process; for tests and diagnosis. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Starts the first process. Throws what the model's process says, or `model_load_failed` when it dies loading. */
  async start(): Promise<ModelInfo> {
    this.#spawn();
    await this.ready();
    return this.#info!;
  }

  /** Resolves when a process can take messages. Throws `engine_unavailable` once stopped or when a restart fails. */
  async ready(): Promise<void> {
    if (this.#state === "ready") return;
    if (this.#state === "stopped") throw stopped(this.#parts.spec.name);
    await new Promise<void>((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  send(message: ToWorker): void {
    this.#process?.send(message);
  }

  async stop(): Promise<void> {
    this.#state = "stopped";
    clearTimeout(this.#timer);
    this.#rejectWaiters(stopped(this.#parts.spec.name));
    await this.#process?.stop();
  }

  #spawn(): void {
    const { spec, logger, clock } = this.#parts;
    this.#startedMs = clock.monotonicMs();
    const model = spec.name;
    const started = new ModelProcess({
      onMessage: (message) => this.#receive(message),
      onLine: (line) => logger.log(this.#state === "ready" ? "warn" : "debug", "engine_output", { model, line }),
      onExit: (exit) => this.#exited(exit),
    });
    this.#process = started;
    // The window must not change under running conversations because memory happens to be short at a restart.
    const contextTokens = this.#info?.contextTokens ?? spec.contextTokens;
    started.send({ type: "load", spec: { ...spec, ...(contextTokens === undefined ? {} : { contextTokens }) } });
  }

  #receive(message: FromWorker): void {
    const { logger, clock, spec, onProgress, onMessage } = this.#parts;
    switch (message.type) {
      case "progress":
        onProgress(message.fraction);
        break;
      case "loaded": {
        this.#info = message.info;
        this.#state = "ready";
        const loadMs = Math.round(clock.monotonicMs() - this.#startedMs);
        logger.log("info", "model_ready", { model: spec.name, pid: this.#process?.pid, loadMs });
        for (const { resolve } of this.#waiters.splice(0)) resolve();
        break;
      }
      case "load_failed":
        this.#loadFailed(fromWireError(message.error));
        break;
      default:
        onMessage(message);
    }
  }

  /** Why a file was refused often stands in the library's own log only, which is complete once the process has ended. */
  #loadFailed(error: TramontaneError): void {
    this.#loadError = error;
    this.#process?.send({ type: "stop" });
  }

  #exited(exit: ProcessExit): void {
    this.#process = undefined;
    if (this.#state === "stopped") return;
    const { spec, logger, clock, onCrash } = this.#parts;
    const how = describeExit(exit);
    const loadError = this.#loadError === undefined ? undefined : withReason(this.#loadError, exit);
    this.#loadError = undefined;
    const fields = loadError ? { error: loadError.message, hint: loadError.hint } : { how, lastLines: exit.lastLines };
    logger.log("error", loadError ? "model_load_failed" : "engine_exited", { model: spec.name, ...fields });
    if (this.#info === undefined) {
      this.#state = "stopped";
      this.#rejectWaiters(loadError ?? diedLoading(spec.name, how, exit));
      return;
    }
    const wasReady = this.#state === "ready";
    this.#state = "restarting";
    if (wasReady) onCrash(crashed(spec.name, how));
    else this.#rejectWaiters(unavailable(spec.name, loadError?.message ?? how));
    if (clock.monotonicMs() - this.#startedMs > STABLE_MS) this.#delayMs = FIRST_DELAY_MS;
    this.#restarts += 1;
    this.#timer = setTimeout(() => this.#spawn(), this.#delayMs);
    this.#delayMs = Math.min(this.#delayMs * 2, LONGEST_DELAY_MS);
  }

  #rejectWaiters(error: TramontaneError): void {
    for (const { reject } of this.#waiters.splice(0)) reject(error);
  }
}

function stopped(model: string): TramontaneError {
  return new TramontaneError("engine_unavailable", `The model ${model} is not loaded any more.`);
}

function unavailable(model: string, how: string): TramontaneError {
  return new TramontaneError("engine_unavailable", `The model ${model} could not be restarted (${how}).`, {
    hint: "It is tried again; ask again in a few seconds.",
  });
}

function crashed(model: string, how: string): TramontaneError {
  return new TramontaneError("engine_crashed", `The process of ${model} ended (${how}).`, {
    hint: "It is being restarted; ask again in a few seconds.",
  });
}

function diedLoading(model: string, how: string, exit: ProcessExit): TramontaneError {
  const error = new TramontaneError("model_load_failed", `The process of ${model} ended while loading (${how}).`);
  return withReason(error, exit);
}

/** The error with the last complaint in the process's log, where the error itself gives no reason. */
function withReason(error: TramontaneError, { lastLines }: ProcessExit): TramontaneError {
  const complaint =
    lastLines.findLast((line) => /error/i.test(line)) ?? lastLines.findLast((line) => /fail/i.test(line));
  // Without the name of the function that complains.
  const reason = complaint?.replace(/^\s*\w+: (error loading model: )?/, "").trim();
  if (error.code !== "model_load_failed" || error.hint !== undefined || reason === undefined) return error;
  return new TramontaneError(error.code, error.message, {
    hint: `The library says: ${reason}`,
    details: error.details,
  });
}

function describeExit({ code, signal }: ProcessExit): string {
  return signal === null ? `exit code ${code}` : `signal ${signal}`;
}
