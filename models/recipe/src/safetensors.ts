import { fromHalf, type Tensor } from "./gguf.ts";

export interface Master {
  tensors: Map<string, Tensor>;
  metadata: Record<string, string>;
}

/** Reads the f32 or f16 tensors of a safetensors file. */
export function readSafetensors(file: Uint8Array): Master {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + headerLength))) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  const tensors = new Map<string, Tensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const bytes = Uint8Array.prototype.slice.call(
      file,
      8 + headerLength + entry.data_offsets[0],
      8 + headerLength + entry.data_offsets[1],
    );
    if (entry.dtype !== "F16" && entry.dtype !== "F32")
      throw new Error(`${name} is ${entry.dtype}; F16 or F32 expected`);
    const data =
      entry.dtype === "F32"
        ? new Float32Array(bytes.buffer)
        : Float32Array.from(new Uint16Array(bytes.buffer), fromHalf);
    tensors.set(name, { shape: entry.shape, data });
  }
  return { tensors, metadata: (header["__metadata__"] ?? {}) as unknown as Record<string, string> };
}
