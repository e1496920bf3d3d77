import type { Clock } from "#base";
import type { Backend } from "../backend/backend.ts";
import { ToyBackend } from "../backend/toy/toy-backend.ts";
import type { ModelInfo, ModelSpec } from "../engine.ts";
import { findBinaryPackage, thisMachine } from "../backend/libllama/binary-package.ts";
import { loadLibllama, restoreNativeLog, silenceNativeLog } from "../backend/libllama/loader.ts";
import { openBackend } from "../backend/libllama/open-backend.ts";
import type { PassWatch } from "../backend/libllama/pass-watch.ts";

export interface OpenModel {
  readonly backend: Backend;
  readonly info: ModelInfo;
  /** Called between passes, so that the compute threads can follow what else the machine does; says how many there are. */
  adaptThreads(): number;
  /** By which another thread can stop a pass; undefined: passes are always short. */
  readonly watch: PassWatch | undefined;
}

interface OpenModelParts {
  readonly clock: Clock;
  readonly onProgress: (fraction: number) => void;
}

/** Opens what `spec` names. Throws `engine_unavailable`, `model_file_invalid`, `model_load_failed`. */
export function openModel(spec: ModelSpec, parts: OpenModelParts): OpenModel {
  return spec.source.kind === "toy" ? openToy(spec) : openGguf(spec, spec.source.path, parts);
}

function openGguf(spec: ModelSpec, path: string, { clock, onProgress }: OpenModelParts): OpenModel {
  const libllama = loadLibllama(findBinaryPackage(thisMachine()).folder);
  const { name, contextTokens, cacheTokens: cells, threads, adapters } = spec;
  // The library's own log goes to stderr while it loads: why a file is refused stands only there.
  restoreNativeLog(libllama);
  const options = { name, path, contextTokens, cells, threads, adapters, onProgress, clock };
  const { backend, info } = openBackend(libllama, options);
  silenceNativeLog(libllama);
  return {
    backend,
    info,
    watch: backend.watch,
    adaptThreads() {
      backend.adaptThreads();
      return backend.threads;
    },
  };
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
  return { backend, info, adaptThreads: () => 1, watch: undefined };
}
