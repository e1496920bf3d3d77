import { TramontaneError } from "#base";
import type { Clock, Logger } from "#base";
import type { Deployment } from "../deployment.ts";

export interface ModelMemoryParts {
  /** What all loaded models together may take, bytes. */
  readonly budgetBytes: number;
  /** A model that nobody used for this long is unloaded; 0 keeps them all. */
  readonly idleMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A model in use within this time is not unloaded to make room: its answer may just be about to begin. */
const SETTLING_MS = 5_000;
/** Weights are mapped once; buffers and a cache come on top. */
const OVERHEAD = 1.15;
const FIXED_BYTES = 200e6;

/** What a model takes once it is loaded, estimated from its file. */
export const memoryOf = (fileBytes: number): number => fileBytes * OVERHEAD + FIXED_BYTES;

/**
 * Keeps loaded models within a memory budget: before one is loaded, idle ones make room, least recently used first; and
 * who was idle too long is unloaded. Pinned models (the default one) stay.
 */
export class ModelMemory {
  readonly #parts: ModelMemoryParts;
  readonly #entries = new Map<Deployment, { readonly bytes: number; readonly isPinned: boolean }>();
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(parts: ModelMemoryParts) {
    this.#parts = parts;
    if (parts.idleMs > 0) {
      const period = Math.max(50, Math.min(60_000, parts.idleMs / 4));
      this.#timer = setInterval(() => void this.#unloadIdle(), period).unref();
    }
  }

  /** What all loaded models together may take. */
  get budgetBytes(): number {
    return this.#parts.budgetBytes;
  }

  /** Tells of a deployment whose file has `fileBytes`. */
  register(deployment: Deployment, fileBytes: number, isPinned: boolean): void {
    this.#entries.set(deployment, { bytes: memoryOf(fileBytes), isPinned });
  }

  /** Makes room for a deployment that is about to load. Errors: `model_load_failed` when there is none to be had. */
  async makeRoomFor(deployment: Deployment): Promise<void> {
    const needed = this.#entries.get(deployment)?.bytes ?? 0;
    while (this.#usedBytes(deployment) + needed > this.#parts.budgetBytes) {
      const victim = this.#leastRecentlyUsed(SETTLING_MS);
      if (!victim) throw this.#noRoom(deployment, needed);
      this.#parts.logger.log("info", "model.evicted", { model: victim.spec.id, for: deployment.spec.id });
      await victim.unload();
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #unloadIdle(): Promise<void> {
    for (;;) {
      const victim = this.#leastRecentlyUsed(this.#parts.idleMs);
      if (!victim) return;
      this.#parts.logger.log("info", "model.idle", { model: victim.spec.id });
      await victim.unload();
    }
  }

  #usedBytes(except: Deployment): number {
    const others = [...this.#entries].filter(([deployment]) => deployment !== except && isHeld(deployment));
    return others.reduce((sum, [, { bytes }]) => sum + bytes, 0);
  }

  #leastRecentlyUsed(idleMs: number): Deployment | undefined {
    const before = this.#parts.clock.monotonicMs() - idleMs;
    return [...this.#entries]
      .filter(([deployment, { isPinned }]) => !isPinned && deployment.isIdle && deployment.lastUsedMs <= before)
      .map(([deployment]) => deployment)
      .toSorted((a, b) => a.lastUsedMs - b.lastUsedMs)[0];
  }

  #noRoom(deployment: Deployment, needed: number): TramontaneError {
    const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(1);
    const free = this.#parts.budgetBytes - this.#usedBytes(deployment);
    return new TramontaneError(
      "model_load_failed",
      `${deployment.spec.id} needs about ${gigabytes(needed)} GB; ${gigabytes(Math.max(0, free))} GB are free for models.`,
      { hint: "Try again when other models are idle, or choose a smaller one." },
    );
  }
}

const isHeld = (deployment: Deployment): boolean => deployment.state === "ready" || deployment.state === "loading";
