import { TramontaneError } from "#base";
import koffi from "koffi";
import { LIBLLAMA_VERSION, STRUCT_BYTES } from "./abi.ts";
import type { AbiTypes, NativeFunctions } from "./abi.ts";

/**
 * Refuses a library whose release, struct sizes or default parameters are not the ones `abi.ts` describes: calling it
 * would read and write the wrong bytes. Throws `engine_unavailable`.
 */
export function checkAbi(functions: NativeFunctions, types: AbiTypes): void {
  const version = functions.llama_version();
  expectEqual("release", version, LIBLLAMA_VERSION);
  for (const [name, bytes] of Object.entries(STRUCT_BYTES)) {
    expectEqual(`size of ${name}`, koffi.sizeof(types[name as keyof AbiTypes]), bytes);
  }
  // Values spread over the whole struct: a shifted field shows up as a wrong neighbour.
  const model = functions.llama_model_default_params();
  expectEqual("default n_gpu_layers", model.n_gpu_layers, -1);
  expectEqual("default load_mode", model.load_mode, -1);
  expectEqual("default vocab_only", model.vocab_only, false);
  expectEqual("default use_extra_bufts", model.use_extra_bufts, true);
  const context = functions.llama_context_default_params();
  expectEqual("default n_ctx", context.n_ctx, 512);
  expectEqual("default n_batch", context.n_batch, 2048);
  expectEqual("default n_ubatch", context.n_ubatch, 512);
  expectEqual("default pooling_type", context.pooling_type, -1);
  expectEqual("default flash_attn_type", context.flash_attn_type, -1);
  expectEqual("default type_k", context.type_k, GGML_TYPE_F16);
  expectEqual("default type_v", context.type_v, GGML_TYPE_F16);
  expectEqual("default offload_kqv", context.offload_kqv, true);
  expectEqual("default kv_unified", context.kv_unified, false);
  expectEqual("default n_samplers", Number(context["n_samplers"]), 0);
}

const GGML_TYPE_F16 = 1;

type Checked = string | number | boolean;

function expectEqual(what: string, actual: Checked, expected: Checked): void {
  if (actual === expected) return;
  throw new TramontaneError("engine_unavailable", `libllama: ${what} is ${actual}, expected ${expected}.`, {
    hint: `Reinstall with \`npm install\`: this release works with libllama ${LIBLLAMA_VERSION} only.`,
  });
}
