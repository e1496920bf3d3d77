import type { Backend } from "../backend/backend.ts";
import { ToyBackend } from "../backend/toy/toy-backend.ts";
import type { ModelInfo, ModelSpec } from "../engine.ts";
import { findBinaryPackage, thisMachine } from "../backend/libllama/binary-package.ts";
import { loadLibllama, restoreNativeLog, silenceNativeLog } from "../backend/libllama/loader.ts";
import { openBackend } from "../backend/libllama/open-backend.ts";

export interface OpenModel {
  readonly backend: Backend;
  readonly info: ModelInfo;
  /** Compute threads at most. */
  readonly threads: number;
}

/** Opens what `spec` names. Throws `engine_unavailable`, `model_file_invalid`, `model_load_failed`. */
export function openModel(spec: ModelSpec, onProgress: (fraction: number) => void): OpenModel {
  return spec.source.kind === "toy" ? openToy(spec) : openGguf(spec, spec.source.path, onProgress);
}

function openGguf(spec: ModelSpec, path: string, onProgress: (fraction: number) => void): OpenModel {
  const libllama = loadLibllama(findBinaryPackage(thisMachine()).folder);
  const { name, contextTokens, cacheTokens: cells, threads, adapters } = spec;
  // The library's own log goes to stderr while it loads: why a file is refused stands only there.
  restoreNativeLog(libllama);
  const opened = openBackend(libllama, { name, path, contextTokens, cells, threads, adapters, onProgress });
  silenceNativeLog(libllama);
  return opened;
}

function openToy({ name, contextTokens, cacheTokens }: ModelSpec): OpenModel {
  const backend = new ToyBackend({
    ...(contextTokens === undefined ? {} : { contextTokens }),
    ...(cacheTokens === undefined ? {} : { cells: cacheTokens }),
  });
  const { vocabulary, limits } = backend;
  const texts = Array.from({ length: vocabulary.size }, (_, token) => vocabulary.controlText(token));
  const nameOf = (token: number | undefined) => (token === undefined ? undefined : vocabulary.controlText(token));
  const info: ModelInfo = {
    name,
    architecture: "toy",
    parameters: 0,
    sizeBytes: 0,
    vocabularySize: vocabulary.size,
    embeddingLength: backend.embeddingLength,
    contextTokens: limits.contextTokens,
    trainedContextTokens: limits.contextTokens,
    chatTemplate: undefined,
    controlTokens: texts.filter((text) => text !== undefined),
    beginOfSequence: nameOf(vocabulary.beginOfSequence),
    endOfSequence: nameOf(vocabulary.endOfSequence),
    addsBeginOfSequence: vocabulary.addsBeginOfSequence,
    metadata: {},
    device: "toy",
  };
  return { backend, info, threads: 1 };
}
