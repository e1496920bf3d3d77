import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { TramontaneError } from "#base";
import type { Clock, Logger } from "#base";
import { PLAIN, readModelFile } from "#engine";
import type { Catalog } from "../catalog.ts";
import type { Deployment } from "../deployment.ts";
import type { ModelFile } from "../models/model-files.ts";
import { findModelFiles } from "../models/model-files.ts";
import { uuidv7 } from "../uuid.ts";
import { download } from "./download.ts";
import type { Pull, PullStore } from "./pull-store.ts";

export interface PullRunnerParts {
  readonly store: PullStore;
  readonly catalog: Catalog;
  /** Where pulled files go. */
  readonly folder: string;
  readonly hubUrl: URL;
  /** Makes a deployment of a file that just came. */
  readonly deploy: (file: ModelFile) => Deployment;
  readonly clock: Clock;
  readonly logger: Logger;
}

const BEAT_MS = 2_000;
/** How often progress is written, so that a bar moves and the store does not. */
const REPORT_MS = 400;
const WARM_UP_TOKENS = 8;

type Stop = "cancelled" | "closing";
type Progress = Parameters<PullStore["progress"]>[1];

/** Works on the pulls, one after the other: downloads them, checks them, loads them, and has them say a first word. */
export class PullRunner {
  readonly #parts: PullRunnerParts;
  readonly #id: string;
  #current: { readonly pull: Pull; readonly controller: AbortController; readonly ended: Promise<void> } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #isClosing = false;

  constructor(parts: PullRunnerParts) {
    this.#parts = parts;
    this.#id = uuidv7(parts.clock.nowMs());
  }

  start(): void {
    this.#timer = setInterval(() => this.wake(), BEAT_MS).unref();
    this.wake();
  }

  /** Looks for pulls to work on, soon. */
  wake(): void {
    if (this.#isClosing) return;
    this.#looking ??= this.#look()
      .catch((error: unknown) => this.#parts.logger.log("warn", "pull.not_looked", { message: String(error) }))
      .finally(() => (this.#looking = undefined));
  }

  /** Interrupts what is being brought; the next process goes on with it. */
  async close(): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#timer);
    await this.#looking;
    this.#current?.controller.abort("closing" satisfies Stop);
    await this.#current?.ended;
    await this.#parts.store.release(this.#id);
  }

  async #look(): Promise<void> {
    const pulls = await this.#parts.store.claim(this.#id);
    for (const pull of pulls.filter(({ outcome }) => outcome === "cancelled")) {
      if (pull.id === this.#current?.pull.id) this.#current.controller.abort("cancelled" satisfies Stop);
      else await this.#parts.store.end(pull.id, "cancelled");
    }
    const waiting = pulls.filter(({ outcome }) => outcome === undefined);
    const [next] = waiting.toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
    if (!next || this.#current || this.#isClosing) return;
    const controller = new AbortController();
    const ended = this.#bring(next, controller.signal).finally(() => {
      this.#current = undefined;
      this.wake();
    });
    this.#current = { pull: next, controller, ended };
  }

  async #bring(pull: Pull, signal: AbortSignal): Promise<void> {
    const { store, logger } = this.#parts;
    try {
      await this.#fetch(pull, signal);
      const deployment = await this.#deployment(pull, signal);
      await this.#load(pull, deployment);
      signal.throwIfAborted();
      await store.progress(pull.id, { step: "warm", fraction: 0 });
      await warmUp(deployment, signal);
      await store.end(pull.id, "done");
      logger.log("info", "pull.done", { model: pull.model });
    } catch (error) {
      if (signal.reason === "closing") return;
      if (signal.reason === "cancelled") return await store.end(pull.id, "cancelled");
      logger.log("warn", "pull.failed", { model: pull.model, message: String(error) });
      await store.end(pull.id, "failed", asTramontaneError(error));
    }
  }

  async #fetch(pull: Pull, signal: AbortSignal): Promise<void> {
    const target = this.#pathOf(pull.model);
    const { url } = pull;
    if (url === undefined || existsSync(target)) return;
    let latest: Progress | undefined;
    const work = () =>
      download({
        url,
        target,
        reach: { publicAnd: this.#parts.hubUrl.origin },
        ...(pull.sha256 === undefined ? {} : { sha256: pull.sha256 }),
        signal,
        onProgress({ doneBytes, totalBytes }) {
          latest = { doneBytes, ...(totalBytes === undefined ? {} : { totalBytes }) };
        },
      });
    const { bytes, verified } = await this.#reporting(pull.id, () => latest, work);
    await this.#parts.store.progress(pull.id, { doneBytes: bytes, totalBytes: bytes, isVerified: verified });
  }

  async #deployment(pull: Pull, signal: AbortSignal): Promise<Deployment> {
    const { catalog, folder, deploy, store } = this.#parts;
    const known = catalog.find(pull.model);
    if (known?.spec.id === pull.model) return known;
    await store.progress(pull.id, { step: "verify", fraction: 0 });
    const file = findModelFiles([folder]).find(({ name }) => name === pull.model);
    if (!file) throw new TramontaneError("not_found", `There is no file of ${pull.model}.`, { hint: "Pull it first." });
    try {
      readModelFile(file.path);
    } catch (error) {
      // What is no model must not be taken for one at the next start.
      if (pull.url !== undefined) await rm(file.path, { force: true });
      throw error;
    }
    signal.throwIfAborted();
    const deployment = deploy(file);
    catalog.add(deployment);
    return deployment;
  }

  async #load(pull: Pull, deployment: Deployment): Promise<void> {
    const { store } = this.#parts;
    await store.progress(pull.id, { step: "load", fraction: 0 });
    const latest = () => ({ fraction: deployment.loadedFraction });
    await this.#reporting(pull.id, latest, () => deployment.loaded());
  }

  /** Runs `work` and writes, every now and then, how far it says it is. */
  async #reporting<T>(id: string, latest: () => Progress | undefined, work: () => Promise<T>): Promise<T> {
    const { store, logger } = this.#parts;
    let told = "";
    const timer = setInterval(() => {
      const part = latest();
      const text = JSON.stringify(part);
      if (part === undefined || text === told) return;
      told = text;
      store.progress(id, part).catch((error: unknown) => {
        logger.log("warn", "pull.not_reported", { message: String(error) });
      });
    }, REPORT_MS);
    try {
      return await work();
    } finally {
      clearInterval(timer);
    }
  }

  #pathOf(model: string): string {
    return join(this.#parts.folder, `${model}.gguf`);
  }
}

/** A first word, so that the first who asks does not wait for what the machine does only once. */
async function warmUp(deployment: Deployment, signal: AbortSignal): Promise<void> {
  const model = await deployment.loaded();
  if (!deployment.spec.serves.chat) return;
  const words = model.engine.generate(
    {
      ...PLAIN,
      prompt: [{ kind: "text", text: "Hello" }],
      maxTokens: WARM_UP_TOKENS,
      caller: "warm-up",
    },
    signal,
  );
  for await (const _ of words) signal.throwIfAborted();
}

function asTramontaneError(error: unknown): TramontaneError {
  if (error instanceof TramontaneError) return error;
  return new TramontaneError("internal", error instanceof Error ? error.message : String(error), { cause: error });
}
