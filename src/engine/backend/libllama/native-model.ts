import { TramontaneError } from "#base";
import koffi from "koffi";
import type { Pointer } from "./abi.ts";
import type { GgufHeader } from "./gguf-header.ts";
import type { Libllama } from "./loader.ts";

interface NativeModelParts {
  readonly libllama: Libllama;
  readonly path: string;
  readonly header: GgufHeader;
  /** Layers to keep in GPU memory; negative: all. Without effect on a processor. */
  readonly gpuLayers: number;
  readonly onProgress?: ((fraction: number) => void) | undefined;
}

/** Weights and vocabulary in native memory. Whoever creates it disposes it, after every context on it. */
export class NativeModel implements Disposable {
  readonly pointer: Pointer;
  readonly vocabulary: Pointer;
  readonly #libllama: Libllama;
  #open = true;

  /** Blocks until the weights are there. Throws `model_load_failed`; why stands on stderr, from the library itself. */
  constructor({ libllama, path, header, gpuLayers, onProgress }: NativeModelParts) {
    const { functions, handles } = libllama;
    const overrides = withoutSpacePrefix(header);
    const progress = registerProgress(onProgress);
    const params = functions.llama_model_default_params();
    params.n_gpu_layers = gpuLayers;
    params.progress_callback = progress?.pointer ?? null;
    params.kv_overrides = overrides === undefined ? null : koffi.address(overrides);
    const pointer = functions.llama_model_load_from_file(path, params);
    progress?.unregister();
    if (pointer === null) throw new TramontaneError("model_load_failed", `libllama could not load ${path}.`);
    handles.opened("model");
    this.pointer = pointer;
    this.vocabulary = functions.llama_model_get_vocab(pointer);
    this.#libllama = libllama;
    const refusal = refusalOf(libllama, pointer);
    if (refusal !== undefined) {
      this[Symbol.dispose]();
      throw new TramontaneError("model_load_failed", refusal);
    }
  }

  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    this.#libllama.functions.llama_model_free(this.pointer);
    this.#libllama.handles.closed("model");
  }
}

/** Kinds of model whose memory cannot be forked and trimmed position by position, which everything above relies on. */
function refusalOf({ functions }: Libllama, model: Pointer): string | undefined {
  if (functions.llama_model_has_encoder(model)) return "Encoder-decoder models are not supported.";
  if (functions.llama_model_is_recurrent(model) || functions.llama_model_is_hybrid(model)) {
    return "Recurrent and hybrid models are not supported.";
  }
  return undefined;
}

/**
 * SentencePiece vocabularies put a space before every text they are given. It is switched off natively and added by
 * `LibllamaVocabulary` when asked for, so that a text can also be tokenized as the middle of a longer one.
 */
function withoutSpacePrefix(header: GgufHeader): Uint8Array | undefined {
  if (header.metadata.get("tokenizer.ggml.model") !== "llama") return undefined;
  // Two `llama_model_kv_override`: tag at 0 (2: bool), key at 4, value at 136; the second, empty key ends the list.
  const overrides = Buffer.alloc(2 * KV_OVERRIDE_BYTES);
  overrides.writeInt32LE(2, 0);
  overrides.write("tokenizer.ggml.add_space_prefix", 4, "latin1");
  return overrides;
}

const KV_OVERRIDE_BYTES = 264;

/** The loader calls back on the loading thread only, between tensors, where JavaScript is safe. */
function registerProgress(
  onProgress: ((fraction: number) => void) | undefined,
): { pointer: Pointer; unregister: () => void } | undefined {
  if (onProgress === undefined) return undefined;
  let reported = -1;
  const report = (fraction: number): boolean => {
    if (fraction >= 1 || fraction - reported >= 0.01) {
      reported = fraction;
      onProgress(fraction);
    }
    return true;
  };
  const pointer = koffi.register(report, koffi.pointer(koffi.proto("bool", ["float", "void*"])));
  return { pointer, unregister: () => koffi.unregister(pointer) };
}
