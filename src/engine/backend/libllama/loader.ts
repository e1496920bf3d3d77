import { TramontaneError } from "#base";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import koffi from "koffi";
import { checkAbi } from "./abi-check.ts";
import { bindFunctions, defineTypes } from "./abi.ts";
import type { AbiTypes, NativeFunctions, Pointer } from "./abi.ts";
import { NativeHandles } from "./native-handles.ts";

/** The loaded native library of this process. */
export interface Libllama {
  readonly functions: NativeFunctions;
  readonly types: AbiTypes;
  readonly handles: NativeHandles;
  /** A native function that gives the 18th byte of the memory it is given, as a boolean; see `PassWatch`. */
  readonly flagReader: Pointer;
  /** A native function that ignores its arguments and does nothing of note. */
  readonly ignore: Pointer;
}

/** Native code runs on a stack of koffi's own; its default dies silently in deep graphs. */
const STACK_BYTES = 8 << 20;

/** Loads, checks and starts the library in `folder`, its log silenced. Throws `engine_unavailable`. */
export function loadLibllama(folder: string): Libllama {
  koffi.config({ sync_stack_size: STACK_BYTES, async_stack_size: STACK_BYTES });
  const open = (stem: string) => koffi.load(join(folder, findLibrary(folder, stem)));
  // In the order of their dependencies: the later ones find the earlier ones already loaded.
  const ggmlBase = open("ggml-base");
  const ggml = open("ggml");
  const llama = open("llama");
  const types = defineTypes();
  const functions = bindFunctions({ llama, ggml, ggmlBase }, types);
  checkAbi(functions, types);
  const ignore = addressOf(llama.symbol("llama_max_devices"));
  functions.llama_log_set(ignore, null);
  if (Number(functions.ggml_backend_reg_count()) === 0) functions.ggml_backend_load_all_from_path(folder);
  if (Number(functions.ggml_backend_dev_count()) === 0) {
    throw new TramontaneError("engine_unavailable", `The inference library in ${folder} supports no device here.`);
  }
  functions.llama_backend_init();
  return {
    functions,
    types,
    handles: new NativeHandles(),
    // `ggml_get_no_alloc(ctx)` returns the bool at byte 17 of what it is given (struct ggml_context): a JavaScript
    // callback may not run on compute threads, so this stands in for one.
    flagReader: addressOf(ggmlBase.symbol("ggml_get_no_alloc")),
    ignore,
  };
}

/**
 * Native log lines go nowhere from now on. A JavaScript callback would deadlock when a compute thread logs, hence a
 * native function that ignores its arguments.
 */
export function silenceNativeLog({ functions, ignore }: Libllama): void {
  functions.llama_log_set(ignore, null);
}

/** Native log lines go to stderr, the library's own default. */
export function restoreNativeLog({ functions }: Libllama): void {
  functions.llama_log_set(null, null);
}

/** The file of a library in `folder`, whichever version and GPU its name carries. Throws `engine_unavailable`. */
export function findLibrary(folder: string, stem: string): string {
  const pattern = new RegExp(`^(lib)?${stem}(\\.[a-z]+)?(\\.v[\\d.]+\\d)?\\.(so|dylib|dll)$`);
  const found = listFolder(folder).find((name) => pattern.test(name));
  if (found === undefined) {
    throw new TramontaneError("engine_unavailable", `No ${stem} library in ${folder}.`, {
      hint: "Reinstall with `npm install`.",
    });
  }
  return found;
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function addressOf(symbol: unknown): Pointer {
  return typeof symbol === "bigint" ? symbol : koffi.address(symbol);
}
