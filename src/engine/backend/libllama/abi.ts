import koffi from "koffi";
import type { LibraryHandle, TypeObject } from "koffi";

/**
 * The binary interface of libllama v0.5.0 (include/llama.h, ggml/include/ggml.h of that release). Struct layouts change
 * with every release: the binary package is pinned exactly, and `checkAbi` refuses anything else before the first use.
 */
export const LIBLLAMA_VERSION = "0.5.0-dev";
export const BINARY_PACKAGE_VERSION = "3.22.1";

/** An address in native memory; 0n never stands for a value, koffi gives null. */
export type Pointer = bigint;

export interface ModelParams {
  n_gpu_layers: number;
  load_mode: number;
  progress_callback: Pointer | null;
  kv_overrides: Pointer | null;
  vocab_only: boolean;
  use_extra_bufts: boolean;
  [field: string]: unknown;
}

export interface ContextParams {
  n_ctx: number;
  n_batch: number;
  n_ubatch: number;
  n_seq_max: number;
  n_threads: number;
  n_threads_batch: number;
  pooling_type: number;
  flash_attn_type: number;
  type_k: number;
  type_v: number;
  embeddings: boolean;
  offload_kqv: boolean;
  op_offload: boolean;
  no_perf: boolean;
  kv_unified: boolean;
  [field: string]: unknown;
}

/** `llama_batch` by value: addresses of the caller's arrays. */
export interface NativeBatch {
  n_tokens: number;
  token: Pointer;
  embd: null;
  pos: Pointer;
  n_seq_id: Pointer;
  seq_id: Pointer;
  logits: Pointer;
}

export interface AbiTypes {
  readonly modelParams: TypeObject;
  readonly contextParams: TypeObject;
  readonly batch: TypeObject;
  readonly threadpoolParams: TypeObject;
}

/** Sizes that a C compiler gives for the release above, 64-bit targets. */
export const STRUCT_BYTES = { modelParams: 80, contextParams: 160, batch: 56, threadpoolParams: 528 } as const;

/** Anonymous struct types, so that loading the library twice in one process never clashes in koffi's global names. */
export function defineTypes(): AbiTypes {
  return {
    modelParams: koffi.struct({
      devices: "void*",
      tensor_buft_overrides: "void*",
      n_gpu_layers: "int32",
      split_mode: "int32",
      load_mode: "int32",
      lazy_mode: "int32",
      main_gpu: "int32",
      tensor_split: "void*",
      progress_callback: "void*",
      progress_callback_user_data: "void*",
      kv_overrides: "void*",
      vocab_only: "bool",
      check_tensors: "bool",
      use_extra_bufts: "bool",
      no_host: "bool",
      no_alloc: "bool",
      load_mtp: "bool",
    }),
    contextParams: koffi.struct({
      n_ctx: "uint32",
      n_batch: "uint32",
      n_ubatch: "uint32",
      n_seq_max: "uint32",
      n_rs_seq: "uint32",
      n_outputs_max: "uint32",
      n_outputs_max_per_seq: "uint32",
      n_threads: "int32",
      n_threads_batch: "int32",
      ctx_type: "int32",
      rope_scaling_type: "int32",
      pooling_type: "int32",
      attention_type: "int32",
      flash_attn_type: "int32",
      rope_freq_base: "float",
      rope_freq_scale: "float",
      yarn_ext_factor: "float",
      yarn_attn_factor: "float",
      yarn_beta_fast: "float",
      yarn_beta_slow: "float",
      yarn_orig_ctx: "uint32",
      defrag_thold: "float",
      cb_eval: "void*",
      cb_eval_user_data: "void*",
      type_k: "int32",
      type_v: "int32",
      abort_callback: "void*",
      abort_callback_data: "void*",
      embeddings: "bool",
      offload_kqv: "bool",
      no_perf: "bool",
      op_offload: "bool",
      swa_full: "bool",
      kv_unified: "bool",
      samplers: "void*",
      n_samplers: "size_t",
      ctx_other: "void*",
    }),
    batch: koffi.struct({
      n_tokens: "int32",
      token: "void*",
      embd: "void*",
      pos: "void*",
      n_seq_id: "void*",
      seq_id: "void*",
      logits: "void*",
    }),
    threadpoolParams: koffi.struct({
      cpumask: koffi.array("uint8", 512),
      n_threads: "int32",
      prio: "int32",
      poll: "uint32",
      strict_cpu: "bool",
      paused: "bool",
    }),
  };
}

/** The native functions in use, by their C names. `Pointer | null` where C may return NULL. */
export interface NativeFunctions {
  llama_version(): string;
  llama_backend_init(): void;
  llama_log_set(callback: Pointer | null, data: null): void;
  llama_model_default_params(): ModelParams;
  llama_context_default_params(): ContextParams;
  llama_model_load_from_file(path: string, params: ModelParams): Pointer | null;
  llama_model_free(model: Pointer): void;
  llama_init_from_model(model: Pointer, params: ContextParams): Pointer | null;
  llama_free(context: Pointer): void;
  llama_model_get_vocab(model: Pointer): Pointer;
  llama_model_n_embd(model: Pointer): number;
  llama_model_n_ctx_train(model: Pointer): number;
  llama_model_n_params(model: Pointer): number | bigint;
  llama_model_size(model: Pointer): number | bigint;
  llama_model_has_encoder(model: Pointer): boolean;
  llama_model_is_recurrent(model: Pointer): boolean;
  llama_model_is_hybrid(model: Pointer): boolean;
  llama_model_n_swa(model: Pointer): number;
  llama_model_chat_template(model: Pointer, name: null): string | null;
  llama_vocab_n_tokens(vocab: Pointer): number;
  llama_vocab_type(vocab: Pointer): number;
  llama_vocab_get_text(vocab: Pointer, token: number): string | null;
  llama_vocab_get_attr(vocab: Pointer, token: number): number;
  llama_vocab_is_eog(vocab: Pointer, token: number): boolean;
  llama_vocab_bos(vocab: Pointer): number;
  llama_vocab_eos(vocab: Pointer): number;
  llama_vocab_get_add_bos(vocab: Pointer): boolean;
  llama_tokenize(
    vocab: Pointer,
    text: Uint8Array,
    bytes: number,
    tokens: Int32Array,
    capacity: number,
    addSpecial: boolean,
    parseSpecial: boolean,
  ): number;
  llama_token_to_piece(
    vocab: Pointer,
    token: number,
    buffer: Uint8Array,
    capacity: number,
    lstrip: number,
    special: boolean,
  ): number;
  llama_n_ctx(context: Pointer): number;
  llama_get_memory(context: Pointer): Pointer;
  llama_decode(context: Pointer, batch: NativeBatch): number;
  llama_get_logits(context: Pointer): Pointer | null;
  llama_get_embeddings(context: Pointer): Pointer | null;
  llama_memory_clear(memory: Pointer, data: boolean): void;
  llama_memory_seq_rm(memory: Pointer, sequence: number, from: number, to: number): boolean;
  llama_memory_seq_cp(memory: Pointer, source: number, target: number, from: number, to: number): void;
  llama_memory_seq_pos_max(memory: Pointer, sequence: number): number;
  llama_state_seq_get_size(context: Pointer, sequence: number): number | bigint;
  llama_state_seq_get_data(context: Pointer, target: Uint8Array, bytes: number, sequence: number): number | bigint;
  llama_state_seq_set_data(context: Pointer, source: Uint8Array, bytes: number, sequence: number): number | bigint;
  llama_attach_threadpool(context: Pointer, pool: Pointer, poolBatch: Pointer): void;
  llama_detach_threadpool(context: Pointer): void;
  llama_set_n_threads(context: Pointer, threads: number, threadsBatch: number): void;
  llama_set_abort_callback(context: Pointer, callback: Pointer | null, data: Pointer | null): void;
  llama_adapter_lora_init(model: Pointer, path: string): Pointer | null;
  llama_set_adapters_lora(context: Pointer, adapters: Pointer | null, count: number, scales: Pointer | null): number;
  ggml_backend_load_all_from_path(folder: string): void;
  ggml_backend_reg_count(): number | bigint;
  ggml_backend_dev_count(): number | bigint;
  ggml_backend_dev_get(index: number): Pointer;
  ggml_backend_dev_by_type(type: number): Pointer | null;
  ggml_backend_dev_type(device: Pointer): number;
  ggml_backend_dev_name(device: Pointer): string;
  ggml_backend_dev_description(device: Pointer): string;
  ggml_backend_dev_memory(device: Pointer, free: BigUint64Array, total: BigUint64Array): void;
  ggml_backend_dev_backend_reg(device: Pointer): Pointer;
  ggml_backend_reg_get_proc_address(registry: Pointer, name: string): Pointer | null;
}

export interface Libraries {
  readonly llama: LibraryHandle;
  readonly ggml: LibraryHandle;
  readonly ggmlBase: LibraryHandle;
}

/** Binds every function of `NativeFunctions`; a missing symbol throws, which names a wrong release at once. */
export function bindFunctions({ llama, ggml, ggmlBase }: Libraries, types: AbiTypes): NativeFunctions {
  const { modelParams, contextParams, batch } = types;
  const signatures: { [Name in keyof NativeFunctions]: [LibraryHandle, TypeSpec, TypeSpec[]] } = {
    llama_version: [llama, "str", []],
    llama_backend_init: [llama, "void", []],
    llama_log_set: [llama, "void", ["void*", "void*"]],
    llama_model_default_params: [llama, modelParams, []],
    llama_context_default_params: [llama, contextParams, []],
    llama_model_load_from_file: [llama, "void*", ["str", modelParams]],
    llama_model_free: [llama, "void", ["void*"]],
    llama_init_from_model: [llama, "void*", ["void*", contextParams]],
    llama_free: [llama, "void", ["void*"]],
    llama_model_get_vocab: [llama, "void*", ["void*"]],
    llama_model_n_embd: [llama, "int32", ["void*"]],
    llama_model_n_ctx_train: [llama, "int32", ["void*"]],
    llama_model_n_params: [llama, "uint64", ["void*"]],
    llama_model_size: [llama, "uint64", ["void*"]],
    llama_model_has_encoder: [llama, "bool", ["void*"]],
    llama_model_is_recurrent: [llama, "bool", ["void*"]],
    llama_model_is_hybrid: [llama, "bool", ["void*"]],
    llama_model_n_swa: [llama, "int32", ["void*"]],
    llama_model_chat_template: [llama, "str", ["void*", "void*"]],
    llama_vocab_n_tokens: [llama, "int32", ["void*"]],
    llama_vocab_type: [llama, "int32", ["void*"]],
    llama_vocab_get_text: [llama, "str", ["void*", "int32"]],
    llama_vocab_get_attr: [llama, "int32", ["void*", "int32"]],
    llama_vocab_is_eog: [llama, "bool", ["void*", "int32"]],
    llama_vocab_bos: [llama, "int32", ["void*"]],
    llama_vocab_eos: [llama, "int32", ["void*"]],
    llama_vocab_get_add_bos: [llama, "bool", ["void*"]],
    llama_tokenize: [llama, "int32", ["void*", "void*", "int32", "void*", "int32", "bool", "bool"]],
    llama_token_to_piece: [llama, "int32", ["void*", "int32", "void*", "int32", "int32", "bool"]],
    llama_n_ctx: [llama, "uint32", ["void*"]],
    llama_get_memory: [llama, "void*", ["void*"]],
    llama_decode: [llama, "int32", ["void*", batch]],
    llama_get_logits: [llama, "void*", ["void*"]],
    llama_get_embeddings: [llama, "void*", ["void*"]],
    llama_memory_clear: [llama, "void", ["void*", "bool"]],
    llama_memory_seq_rm: [llama, "bool", ["void*", "int32", "int32", "int32"]],
    llama_memory_seq_cp: [llama, "void", ["void*", "int32", "int32", "int32", "int32"]],
    llama_memory_seq_pos_max: [llama, "int32", ["void*", "int32"]],
    llama_state_seq_get_size: [llama, "size_t", ["void*", "int32"]],
    llama_state_seq_get_data: [llama, "size_t", ["void*", "void*", "size_t", "int32"]],
    llama_state_seq_set_data: [llama, "size_t", ["void*", "void*", "size_t", "int32"]],
    llama_attach_threadpool: [llama, "void", ["void*", "void*", "void*"]],
    llama_detach_threadpool: [llama, "void", ["void*"]],
    llama_set_n_threads: [llama, "void", ["void*", "int32", "int32"]],
    llama_set_abort_callback: [llama, "void", ["void*", "void*", "void*"]],
    llama_adapter_lora_init: [llama, "void*", ["void*", "str"]],
    llama_set_adapters_lora: [llama, "int32", ["void*", "void*", "size_t", "void*"]],
    ggml_backend_load_all_from_path: [ggml, "void", ["str"]],
    ggml_backend_reg_count: [ggml, "size_t", []],
    ggml_backend_dev_count: [ggml, "size_t", []],
    ggml_backend_dev_get: [ggml, "void*", ["size_t"]],
    ggml_backend_dev_by_type: [ggml, "void*", ["int32"]],
    ggml_backend_dev_type: [ggmlBase, "int32", ["void*"]],
    ggml_backend_dev_name: [ggmlBase, "str", ["void*"]],
    ggml_backend_dev_description: [ggmlBase, "str", ["void*"]],
    ggml_backend_dev_memory: [ggmlBase, "void", ["void*", "void*", "void*"]],
    ggml_backend_dev_backend_reg: [ggmlBase, "void*", ["void*"]],
    ggml_backend_reg_get_proc_address: [ggmlBase, "void*", ["void*", "str"]],
  };
  const bound = Object.entries(signatures).map(([name, [library, result, parameters]]) => [
    name,
    library.func(name, result, parameters),
  ]);
  return Object.fromEntries(bound) as NativeFunctions;
}

type TypeSpec = string | TypeObject;
