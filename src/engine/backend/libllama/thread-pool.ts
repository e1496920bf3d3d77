import koffi from "koffi";
import type { Pointer } from "./abi.ts";
import type { Libllama } from "./loader.ts";

/** `GGML_BACKEND_DEVICE_TYPE_CPU`. */
const CPU_DEVICE = 0;
/** How long a compute thread spins for work before it sleeps, percent. */
const POLL_PERCENT = 50;

interface PoolParts {
  readonly cpus: readonly number[];
  readonly threads: number;
  readonly create: Pointer;
  readonly free: Pointer;
}

/**
 * Compute threads of one model. Without a pool the library starts and ends a thread for every forward pass (7 times
 * slower on a small model); without pinning the kernel sometimes keeps two of them on one core (half the speed).
 */
export class ThreadPool implements Disposable {
  readonly pointer: Pointer;
  readonly #libllama: Libllama;
  readonly #free: (pool: Pointer) => void;
  #open = true;

  /**
   * One thread per entry of `cpus`, pinned to it; or `threads` of them that go where there is room. The caller of a pass is
   * one of them. Undefined when the library offers no pools.
   */
  static create(libllama: Libllama, cpus: readonly number[], threads = cpus.length): ThreadPool | undefined {
    const create = findFunction(libllama, "ggml_threadpool_new");
    const free = findFunction(libllama, "ggml_threadpool_free");
    if (create === undefined || free === undefined) return undefined;
    return new ThreadPool(libllama, { cpus, threads, create, free });
  }

  private constructor(libllama: Libllama, { cpus, threads, ...at }: PoolParts) {
    const { types, handles } = libllama;
    const cpumask = new Uint8Array(512);
    for (const cpu of cpus) cpumask[cpu] = 1;
    const newType = koffi.proto("void*", ["void*"]);
    const freeType = koffi.proto("void", ["void*"]);
    const isPinned = threads === cpus.length;
    const params = { cpumask, n_threads: threads, prio: 0, poll: POLL_PERCENT, strict_cpu: isPinned, paused: false };
    const encoded = Buffer.alloc(koffi.sizeof(types.threadpoolParams));
    koffi.encode(encoded, types.threadpoolParams, params);
    this.pointer = koffi.call(at.create, newType, encoded);
    this.#free = (pool) => koffi.call(at.free, freeType, pool);
    this.#libllama = libllama;
    handles.opened("thread pool");
  }

  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    this.#free(this.pointer);
    this.#libllama.handles.closed("thread pool");
  }
}

function findFunction({ functions }: Libllama, name: string): Pointer | undefined {
  const device = functions.ggml_backend_dev_by_type(CPU_DEVICE);
  if (device === null) return undefined;
  const registry = functions.ggml_backend_dev_backend_reg(device);
  return functions.ggml_backend_reg_get_proc_address(registry, name) ?? undefined;
}
