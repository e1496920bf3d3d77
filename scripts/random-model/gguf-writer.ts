import { closeSync, openSync, writeSync } from "node:fs";

export type MetadataValue =
  | { readonly type: "u32" | "f32" | "bool"; readonly value: number }
  | { readonly type: "text"; readonly value: string }
  | { readonly type: "texts"; readonly value: readonly Uint8Array[] }
  | { readonly type: "f32s" | "i32s"; readonly value: readonly number[] };

export interface TensorPlan {
  readonly name: string;
  /** Fastest-running dimension first. */
  readonly dimensions: readonly number[];
  /** ggml type number. */
  readonly type: number;
  readonly bytes: number;
  /** The tensor's bytes, in pieces. */
  chunks(): Iterable<Uint8Array>;
}

const ALIGNMENT = 32;

/** Writes a GGUF v3 file (format: ggml/docs/gguf.md), streaming the tensors. */
export function writeGguf(
  path: string,
  metadata: ReadonlyMap<string, MetadataValue>,
  tensors: readonly TensorPlan[],
): void {
  const file = openSync(path, "w");
  try {
    const header = encodeHeader(metadata, tensors);
    writeSync(file, pad(header));
    for (const tensor of tensors) {
      for (const chunk of tensor.chunks()) writeSync(file, chunk);
      writeSync(file, Buffer.alloc(aligned(tensor.bytes) - tensor.bytes));
    }
  } finally {
    closeSync(file);
  }
}

function encodeHeader(metadata: ReadonlyMap<string, MetadataValue>, tensors: readonly TensorPlan[]): Buffer {
  const parts = [Buffer.from("GGUF"), u32(3), u64(tensors.length), u64(metadata.size)];
  for (const [key, value] of metadata) parts.push(text(key), encodeValue(value));
  let offset = 0;
  for (const { name, dimensions, type, bytes } of tensors) {
    parts.push(text(name), u32(dimensions.length), ...dimensions.map(u64), u32(type), u64(offset));
    offset += aligned(bytes);
  }
  return Buffer.concat(parts);
}

function encodeValue(value: MetadataValue): Buffer {
  switch (value.type) {
    case "u32":
      return Buffer.concat([u32(4), u32(value.value)]);
    case "f32":
      return Buffer.concat([u32(6), f32(value.value)]);
    case "bool":
      return Buffer.concat([u32(7), Buffer.from([value.value])]);
    case "text":
      return Buffer.concat([u32(8), text(value.value)]);
    case "texts":
      return Buffer.concat([u32(9), u32(8), u64(value.value.length), ...value.value.map(text)]);
    case "f32s":
      return Buffer.concat([u32(9), u32(6), u64(value.value.length), ...value.value.map(f32)]);
    case "i32s":
      return Buffer.concat([u32(9), u32(5), u64(value.value.length), ...value.value.map(u32)]);
  }
}

const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

const pad = (buffer: Buffer): Buffer => Buffer.concat([buffer, Buffer.alloc(aligned(buffer.length) - buffer.length)]);

function u32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value >>> 0);
  return buffer;
}

function u64(value: number): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(BigInt(value));
  return buffer;
}

function f32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeFloatLE(value);
  return buffer;
}

function text(value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value as Uint8Array);
  return Buffer.concat([u64(bytes.length), bytes]);
}
