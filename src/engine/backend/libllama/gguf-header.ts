import { TramontaneError } from "#base";
import { closeSync, openSync, statSync } from "node:fs";
import { FileReader } from "./file-reader.ts";
import { TENSOR_LAYOUTS } from "./tensor-layouts.ts";

/** A metadata value; of arrays only the length is kept (vocabularies have hundreds of thousands of entries). */
export type GgufValue = string | number | bigint | boolean | { readonly arrayLength: number };

export interface GgufTensor {
  readonly name: string;
  readonly dimensions: readonly number[];
  /** ggml type number. */
  readonly type: number;
  /** From the start of the data section. */
  readonly offset: number;
}

export interface GgufHeader {
  /** `general.architecture`, which prefixes the keys of the model's dimensions. */
  readonly architecture: string;
  readonly metadata: ReadonlyMap<string, GgufValue>;
  /** Those arrays whose elements were asked for. */
  readonly arrays: ReadonlyMap<string, readonly GgufValue[]>;
  readonly tensors: readonly GgufTensor[];
  readonly fileBytes: number;
}

/**
 * Reads and checks the header of a GGUF file (v2, v3; format: ggml/docs/gguf.md) without touching the weights, so that a
 * truncated or foreign file is refused with a reason before native code sees it. `arrays` names the arrays whose elements
 * are wanted. Throws `model_file_invalid`.
 */
export function readGgufHeader(path: string, arrays: readonly string[] = []): GgufHeader {
  const file = openModelFile(path);
  try {
    return parse(new FileReader(file.descriptor, file.bytes, path), path, arrays);
  } finally {
    closeSync(file.descriptor);
  }
}

function openModelFile(path: string): { descriptor: number; bytes: number } {
  try {
    const stat = statSync(path);
    if (!stat.isFile()) throw invalid(path, "is not a file");
    return { descriptor: openSync(path, "r"), bytes: stat.size };
  } catch (error) {
    if (error instanceof TramontaneError) throw error;
    throw invalid(path, `cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown error"})`);
  }
}

function parse(reader: FileReader, path: string, wanted: readonly string[]): GgufHeader {
  if (reader.size === 0) throw invalid(path, "is empty");
  checkMagic(reader, path);
  const version = reader.u32();
  if (version !== 2 && version !== 3) throw invalid(path, `is GGUF version ${version}; versions 2 and 3 can be read`);
  const tensorCount = reader.count("tensor");
  const metadataCount = reader.count("metadata entry");
  const metadata = new Map<string, GgufValue>();
  const arrays = new Map<string, readonly GgufValue[]>();
  for (let index = 0; index < metadataCount; index++) {
    const key = reader.text();
    const type = reader.u32();
    if (type === ARRAY && wanted.includes(key)) arrays.set(key, readElements(reader));
    else metadata.set(key, readValue(reader, type));
  }
  const tensors = Array.from({ length: tensorCount }, () => readTensor(reader));
  const alignment = Number(metadata.get("general.alignment") ?? 32);
  const dataStart = Math.ceil(reader.position / alignment) * alignment;
  for (const tensor of tensors) checkExtent(tensor, dataStart, reader.size, path);
  const architecture = metadata.get("general.architecture");
  if (typeof architecture !== "string") throw invalid(path, "names no architecture");
  return { architecture, metadata, arrays, tensors, fileBytes: reader.size };
}

function checkMagic(reader: FileReader, path: string): void {
  const start = reader.peek(64).toString("latin1");
  if (start.startsWith("GGUF")) {
    reader.skip(4);
    return;
  }
  if (start.startsWith("version https://git-lfs")) {
    throw invalid(path, "is a Git LFS pointer, not the model itself", "Fetch the real file with `git lfs pull`.");
  }
  if (/^\s*<(!doctype|html)/i.test(start)) {
    throw invalid(path, "is a web page, not a model", "The download address probably needs a login or a direct link.");
  }
  throw invalid(path, "is not a GGUF file: it does not start with the letters GGUF");
}

function readTensor(reader: FileReader): GgufTensor {
  const name = reader.text();
  const rank = reader.u32();
  if (rank > 4) throw reader.broken(`tensor ${name} claims ${rank} dimensions`);
  const dimensions = Array.from({ length: rank }, () => reader.u64());
  return { name, dimensions, type: reader.u32(), offset: reader.u64() };
}

function checkExtent(tensor: GgufTensor, dataStart: number, fileBytes: number, path: string): void {
  const layout = TENSOR_LAYOUTS.get(tensor.type);
  if (layout === undefined) return;
  const elements = tensor.dimensions.reduce((product, dimension) => product * dimension, 1);
  const end = dataStart + tensor.offset + (elements / layout.blockElements) * layout.blockBytes;
  if (end <= fileBytes) return;
  throw invalid(
    path,
    `is truncated: tensor ${tensor.name} ends at byte ${end}, the file at byte ${fileBytes}`,
    "Download it again.",
  );
}

function readValue(reader: FileReader, type: number): GgufValue {
  if (type === ARRAY) {
    const elementType = reader.u32();
    const length = reader.count("array element");
    skipElements(reader, elementType, length);
    return { arrayLength: length };
  }
  const read = SCALARS[type];
  if (read === undefined) throw reader.broken(`value type ${type} does not exist`);
  return read(reader);
}

function readElements(reader: FileReader): readonly GgufValue[] {
  const type = reader.u32();
  const length = reader.count("array element");
  return Array.from({ length }, () => readValue(reader, type));
}

function skipElements(reader: FileReader, type: number, length: number): void {
  const width = FIXED_WIDTHS[type];
  if (width !== undefined) reader.skip(width * length);
  else for (let index = 0; index < length; index++) readValue(reader, type);
}

const ARRAY = 9;
/** Bytes of the fixed-width value types, by type number; strings and arrays have none. */
const FIXED_WIDTHS: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
};
const SCALARS: Readonly<Record<number, (reader: FileReader) => GgufValue>> = {
  0: (reader) => reader.take(1).readUInt8(),
  1: (reader) => reader.take(1).readInt8(),
  2: (reader) => reader.take(2).readUInt16LE(),
  3: (reader) => reader.take(2).readInt16LE(),
  4: (reader) => reader.u32(),
  5: (reader) => reader.take(4).readInt32LE(),
  6: (reader) => reader.take(4).readFloatLE(),
  7: (reader) => reader.take(1).readUInt8() !== 0,
  8: (reader) => reader.text(),
  10: (reader) => reader.take(8).readBigUInt64LE(),
  11: (reader) => reader.take(8).readBigInt64LE(),
  12: (reader) => reader.take(8).readDoubleLE(),
};

function invalid(path: string, problem: string, hint?: string): TramontaneError {
  return new TramontaneError("model_file_invalid", `The model file ${path} ${problem}.`, hint ? { hint } : {});
}
