import type { EngineModel, GenerationRequest } from "#engine";
import { TramontaneError } from "#base";
import type { CancelSignal } from "#base";
import type { Deployment, LoadedModel } from "../deployment.ts";

/**
 * A model under one of its LoRA adapters, as a model of its own. It computes in the base's process, and wakes the base
 * where that was unloaded meanwhile; unloading it frees nothing.
 */
export async function adaptedModel(base: Deployment, adapter: string): Promise<LoadedModel> {
  const { engine: first, template } = await base.loaded();
  const now = async (): Promise<EngineModel> => (await base.loaded()).engine;
  const engine: EngineModel = {
    info: first.info,
    status: () => (base.current?.engine ?? first).status(),
    tokenize: async (prompt) => (await now()).tokenize(prompt),
    detokenize: async (tokens) => (await now()).detokenize(tokens),
    async *generate(request: GenerationRequest, signal: CancelSignal) {
      yield* (await now()).generate({ ...request, adapter }, signal);
    },
    embed: () =>
      Promise.reject(
        new TramontaneError("capability_missing", "Adapters change answers, not embeddings", { field: "model" }),
      ),
    unload: () => Promise.resolve(),
  };
  return { engine, template };
}
