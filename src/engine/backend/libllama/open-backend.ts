import { TramontaneError } from "#base";
import type { Clock } from "#base";
import { readHardware } from "../../hardware.ts";
import type { ModelInfo } from "../../engine.ts";
import { readComputeDevice } from "./devices.ts";
import { readGgufHeader } from "./gguf-header.ts";
import type { GgufHeader } from "./gguf-header.ts";
import { LibllamaBackend } from "./libllama-backend.ts";
import type { Libllama } from "./loader.ts";
import { planGpuLayers, planMemory, trainedContextTokens } from "./memory-plan.ts";
import { NativeModel } from "./native-model.ts";
import { LibllamaVocabulary } from "./vocabulary.ts";

export interface OpenBackendOptions {
  readonly name: string;
  readonly path: string;
  readonly contextTokens?: number | undefined;
  readonly cells?: number | undefined;
  /** Compute threads at most; undefined: one per physical core. */
  readonly threads?: number | undefined;
  /** False: all threads always, whatever else runs on the machine. */
  readonly followsContention?: boolean | undefined;
  readonly adapters?: Readonly<Record<string, string>> | undefined;
  readonly onProgress?: ((fraction: number) => void) | undefined;
  readonly clock: Clock;
}

export interface OpenedBackend {
  readonly backend: LibllamaBackend;
  readonly info: ModelInfo;
}

const BATCH_TOKENS = 512;

/**
 * Loads a GGUF file and makes room for its cache. Blocks until done. Throws `model_file_invalid` or `model_load_failed`;
 * the caller disposes the backend.
 */
export function openBackend(libllama: Libllama, options: OpenBackendOptions): OpenedBackend {
  const header = readGgufHeader(options.path);
  const hardware = readHardware();
  const device = readComputeDevice(libllama.functions);
  const usesGpu = device.kind !== "cpu";
  const plan = planMemory(header, {
    contextTokens: options.contextTokens,
    cells: options.cells,
    // What does not fit the GPU stays with the processor.
    availableBytes: Math.max(hardware.availableMemoryBytes, device.freeBytes),
  });
  const cores = hardware.coreCpus.length;
  const threads = Math.max(1, Math.min(options.threads ?? cores, cores));
  const gpuLayers = usesGpu ? planGpuLayers(header, plan, device.freeBytes) : 0;
  const { path, onProgress } = options;
  const model = new NativeModel({ libllama, path, header, gpuLayers, onProgress });
  try {
    const vocabulary = openVocabulary(libllama, model, header);
    const backend = new LibllamaBackend({
      libllama,
      model,
      vocabulary,
      cells: plan.cells,
      separateSequences: plan.separateSequences,
      contextTokens: plan.contextTokens,
      batchTokens: BATCH_TOKENS,
      cpus: hardware.coreCpus.slice(0, threads),
      followsContention: options.followsContention ?? true,
      usesGpu,
      adapters: options.adapters ?? {},
      clock: options.clock,
    });
    const info = describe(libllama, { name: options.name, model, backend, header, device: device.kind });
    return { backend, info };
  } catch (error) {
    model[Symbol.dispose]();
    throw error;
  }
}

function openVocabulary(libllama: Libllama, model: NativeModel, header: GgufHeader): LibllamaVocabulary {
  const spacePrefix = header.metadata.get("tokenizer.ggml.add_space_prefix");
  const vocabulary = new LibllamaVocabulary(libllama, model.vocabulary, spacePrefix as boolean | undefined);
  if (vocabulary.size === 0) throw new TramontaneError("model_load_failed", "The model has no vocabulary.");
  return vocabulary;
}

interface Described {
  readonly name: string;
  readonly model: NativeModel;
  readonly backend: LibllamaBackend;
  readonly header: GgufHeader;
  readonly device: string;
}

function describe({ functions }: Libllama, { name, model, backend, header, device }: Described): ModelInfo {
  const { vocabulary, limits } = backend;
  const nameOf = (token: number | undefined) => (token === undefined ? undefined : vocabulary.controlText(token));
  return {
    name,
    architecture: header.architecture,
    parameters: Number(functions.llama_model_n_params(model.pointer)),
    sizeBytes: Number(functions.llama_model_size(model.pointer)),
    vocabularySize: vocabulary.size,
    embeddingLength: functions.llama_model_n_embd(model.pointer),
    contextTokens: limits.contextTokens,
    trainedContextTokens: trainedContextTokens(header),
    chatTemplate: functions.llama_model_chat_template(model.pointer, null) ?? undefined,
    controlTokens: vocabulary.controlTexts(),
    beginOfSequence: nameOf(vocabulary.beginOfSequence),
    endOfSequence: nameOf(vocabulary.endOfSequence),
    addsBeginOfSequence: vocabulary.addsBeginOfSequence,
    metadata: generalMetadata(header),
    device,
  };
}

function generalMetadata(header: GgufHeader): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [key, value] of header.metadata) {
    if (key.startsWith("general.") && typeof value !== "object") texts[key] = String(value);
  }
  return texts;
}
