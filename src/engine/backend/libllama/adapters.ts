import { TramontaneError } from "#base";
import koffi from "koffi";
import type { Pointer } from "./abi.ts";
import type { Libllama } from "./loader.ts";
import type { NativeModel } from "./native-model.ts";

/**
 * LoRA adapters of one model. The library applies adapters to a whole context, never to one row, so whoever batches
 * groups rows by adapter. The adapters' memory goes with the model.
 */
export class Adapters {
  readonly #libllama: Libllama;
  readonly #pointers = new Map<string, Pointer>();
  #inUse: string | undefined;

  /** Loads every file of `paths`. Throws `model_load_failed`. */
  constructor(libllama: Libllama, model: NativeModel, paths: Readonly<Record<string, string>>) {
    this.#libllama = libllama;
    for (const [name, path] of Object.entries(paths)) {
      const pointer = libllama.functions.llama_adapter_lora_init(model.pointer, path);
      if (pointer === null) {
        throw new TramontaneError("model_load_failed", `The adapter ${name} (${path}) does not fit this model.`);
      }
      this.#pointers.set(name, pointer);
    }
  }

  /** Makes the following passes of the one context on this model use an adapter, or none. */
  use(context: Pointer, name: string | undefined): void {
    if (name === this.#inUse) return;
    const { functions } = this.#libllama;
    if (name === undefined) {
      functions.llama_set_adapters_lora(context, null, 0, null);
    } else {
      const pointer = this.#pointers.get(name);
      if (pointer === undefined) throw new TramontaneError("invalid_model", `No adapter ${name} is loaded.`);
      // Arrays over 64 bytes: smaller ones may move while native code reads them.
      const pointers = new BigUint64Array(16);
      const scales = new Float32Array(32);
      pointers[0] = pointer;
      scales[0] = 1;
      functions.llama_set_adapters_lora(context, koffi.address(pointers), 1, koffi.address(scales));
    }
    this.#inUse = name;
  }
}
