import type { NativeFunctions, Pointer } from "./abi.ts";

/** What can compute here. */
export interface ComputeDevice {
  readonly kind: "cpu" | "cuda" | "vulkan" | "metal" | "accelerator";
  readonly name: string;
  readonly freeBytes: number;
}

/** `GGML_BACKEND_DEVICE_TYPE_GPU` and `_IGPU`. */
const GPU_TYPES = [1, 2];
const KINDS = [
  ["cuda", "cuda"],
  ["vulkan", "vulkan"],
  ["mtl", "metal"],
  ["metal", "metal"],
] as const;

/** The device that the library puts weights on: the first GPU, else the processor. */
export function readComputeDevice(functions: NativeFunctions): ComputeDevice {
  const devices = Array.from({ length: Number(functions.ggml_backend_dev_count()) }, (_, index) =>
    functions.ggml_backend_dev_get(index),
  );
  const gpu = devices.find((device) => GPU_TYPES.includes(functions.ggml_backend_dev_type(device)));
  if (gpu === undefined) return { kind: "cpu", name: "CPU", freeBytes: 0 };
  const name = functions.ggml_backend_dev_name(gpu);
  const kind = KINDS.find(([prefix]) => name.toLowerCase().startsWith(prefix))?.[1] ?? "accelerator";
  return { kind, name: functions.ggml_backend_dev_description(gpu), freeBytes: freeBytes(functions, gpu) };
}

function freeBytes(functions: NativeFunctions, device: Pointer): number {
  // Arrays over 64 bytes: smaller ones may move while native code writes to them.
  const free = new BigUint64Array(16);
  const total = new BigUint64Array(16);
  functions.ggml_backend_dev_memory(device, free, total);
  return Number(free[0]!);
}
