import koffi from "koffi";

/** The bytes of glibc's cpu_set_t. */
const MASK_BYTES = 128;

/**
 * Binds the calling thread to the given processors. Undefined where the system has no such call: threads are then left
 * where the scheduler puts them.
 */
export function openAffinity(): ((cpus: readonly number[]) => void) | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    // From the process itself, so that any C library will do.
    const setAffinity = koffi.load(null).func("sched_setaffinity", "int", ["int", "size_t", "void*"]);
    return (cpus) => {
      const mask = new Uint8Array(MASK_BYTES);
      for (const cpu of cpus) mask[cpu >> 3]! |= 1 << (cpu & 7);
      setAffinity(0, MASK_BYTES, mask);
    };
  } catch {
    return undefined;
  }
}
