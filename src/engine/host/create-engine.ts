import { TramontaneError } from "#base";
import type { Clock, Logger } from "#base";
import type { Engine, EngineModel, ModelSpec } from "../engine.ts";
import { HostedModel } from "./hosted-model.ts";

interface EngineParts {
  readonly logger: Logger;
  readonly clock: Clock;
}

/** An engine without models; each one loaded gets a supervised process of its own. Close it to end them all. */
export function createEngine(parts: EngineParts): Engine {
  return new ProcessEngine(parts);
}

class ProcessEngine implements Engine {
  readonly #parts: EngineParts;
  readonly #models = new Set<HostedModel>();
  readonly #loading = new Set<Promise<unknown>>();
  #isClosed = false;

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  async load(spec: ModelSpec, onProgress?: (fraction: number) => void): Promise<EngineModel> {
    this.#checkOpen();
    const loading = HostedModel.load({
      ...this.#parts,
      spec,
      onProgress,
      onUnload: (model) => this.#models.delete(model),
    });
    this.#loading.add(loading);
    try {
      const model = await loading;
      this.#models.add(model);
      return model;
    } finally {
      this.#loading.delete(loading);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#loading);
    await Promise.all([...this.#models].map((model) => model.unload()));
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new TramontaneError("engine_unavailable", "The engine is closed.");
  }
}
