import { pieceType, type Piece } from "./tokenizer.ts";

/** A tensor as it lies in the training master: row-major, 32-bit floats. */
export interface Tensor {
  shape: readonly number[];
  data: Float32Array;
}

/** A value of a GGUF key. */
export type MetaValue =
  | { u32: number }
  | { f32: number }
  | { bool: boolean }
  | { text: string }
  | { texts: readonly string[] }
  | { f32s: readonly number[] }
  | { i32s: readonly number[] };

export type TensorFormat = "f32" | "f16" | "q8_0";
const formatId = { f32: 0, f16: 1, q8_0: 8 } as const;
const alignment = 32;

class Bytes {
  readonly #parts: Uint8Array[] = [];
  length = 0;
  push(part: Uint8Array): void {
    this.#parts.push(part);
    this.length += part.length;
  }
  u32(value: number): void {
    this.push(new Uint8Array(Uint32Array.of(value).buffer));
  }
  u64(value: number): void {
    this.push(new Uint8Array(BigUint64Array.of(BigInt(value)).buffer));
  }
  f32(value: number): void {
    this.push(new Uint8Array(Float32Array.of(value).buffer));
  }
  text(value: string): void {
    const bytes = new TextEncoder().encode(value);
    this.u64(bytes.length);
    this.push(bytes);
  }
  pad(): void {
    this.push(new Uint8Array((alignment - (this.length % alignment)) % alignment));
  }
  join(): Uint8Array {
    const out = new Uint8Array(this.length);
    let at = 0;
    for (const part of this.#parts) {
      out.set(part, at);
      at += part.length;
    }
    return out;
  }
}

function writeValue(out: Bytes, value: MetaValue): void {
  const array = (type: number, length: number): void => {
    out.u32(9);
    out.u32(type);
    out.u64(length);
  };
  if ("u32" in value) {
    out.u32(4);
    out.u32(value.u32);
  } else if ("f32" in value) {
    out.u32(6);
    out.f32(value.f32);
  } else if ("bool" in value) {
    out.u32(7);
    out.push(Uint8Array.of(value.bool ? 1 : 0));
  } else if ("text" in value) {
    out.u32(8);
    out.text(value.text);
  } else if ("texts" in value) {
    array(8, value.texts.length);
    for (const text of value.texts) out.text(text);
  } else if ("f32s" in value) {
    array(6, value.f32s.length);
    out.push(new Uint8Array(Float32Array.from(value.f32s).buffer));
  } else {
    array(5, value.i32s.length);
    out.push(new Uint8Array(Int32Array.from(value.i32s).buffer));
  }
}

/** IEEE half precision, rounded to nearest even. */
export function toHalf(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = Math.abs(Math.fround(value));
  if (!(magnitude < 65520)) return Number.isNaN(value) ? sign | 0x7e00 : sign | 0x7c00;
  if (magnitude < 2 ** -14) return sign | roundEven(magnitude * 2 ** 24);
  const exponent = Math.floor(Math.log2(magnitude));
  const exact = magnitude < 2 ** exponent ? exponent - 1 : magnitude >= 2 ** (exponent + 1) ? exponent + 1 : exponent;
  return sign | (((exact + 15) << 10) + roundEven((magnitude / 2 ** exact - 1) * 1024));
}

function roundEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Infinity;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Blocks of 32 weights with one half-precision scale, as ggml's reference quantizer makes them. */
export function toQ8(data: Float32Array): Uint8Array {
  const blocks = data.length / 32;
  const out = new Uint8Array(blocks * 34);
  for (let b = 0; b < blocks; b++) {
    let most = 0;
    for (let i = 0; i < 32; i++) most = Math.max(most, Math.abs(data[b * 32 + i]!));
    const scale = Math.fround(most / 127);
    const half = toHalf(scale);
    out[b * 34] = half & 255;
    out[b * 34 + 1] = half >>> 8;
    for (let i = 0; i < 32; i++) {
      const q = scale === 0 ? 0 : data[b * 32 + i]! / scale;
      out[b * 34 + 2 + i] = (Math.sign(q) * Math.round(Math.abs(q))) & 255;
    }
  }
  return out;
}

function pack(tensor: Tensor, format: TensorFormat): Uint8Array {
  if (format === "q8_0") return toQ8(tensor.data);
  if (format === "f16") return new Uint8Array(Uint16Array.from(tensor.data, toHalf).buffer);
  return new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
}

/** The keys of a SentencePiece-style vocabulary. */
export function tokenizerMeta(pieces: readonly Piece[]): [string, MetaValue][] {
  return [
    ["tokenizer.ggml.model", { text: "llama" }],
    ["tokenizer.ggml.pre", { text: "default" }],
    ["tokenizer.ggml.tokens", { texts: pieces.map((p) => p.text) }],
    ["tokenizer.ggml.scores", { f32s: pieces.map((p) => p.score) }],
    ["tokenizer.ggml.token_type", { i32s: pieces.map((p) => p.type) }],
    ["tokenizer.ggml.bos_token_id", { u32: pieces.findIndex((p) => p.text === "<s>") }],
    ["tokenizer.ggml.eos_token_id", { u32: pieces.findIndex((p) => p.text === "</s>") }],
    ["tokenizer.ggml.unknown_token_id", { u32: pieces.findIndex((p) => p.type === pieceType.unknown) }],
    ["tokenizer.ggml.add_bos_token", { bool: true }],
    ["tokenizer.ggml.add_eos_token", { bool: false }],
    ["tokenizer.ggml.add_space_prefix", { bool: true }],
  ];
}

/** A GGUF version 3 file; one-dimensional tensors stay f32, the others get `format`. */
export function writeGguf(
  meta: readonly (readonly [string, MetaValue])[],
  tensors: ReadonlyMap<string, Tensor>,
  format: TensorFormat,
): Uint8Array {
  const head = new Bytes();
  head.push(new TextEncoder().encode("GGUF"));
  head.u32(3);
  head.u64(tensors.size);
  head.u64(meta.length);
  for (const [key, value] of meta) {
    head.text(key);
    writeValue(head, value);
  }
  const body = new Bytes();
  for (const [name, tensor] of tensors) {
    const own = tensor.shape.length === 1 ? "f32" : format;
    head.text(name);
    head.u32(tensor.shape.length);
    for (const n of [...tensor.shape].reverse()) head.u64(n);
    head.u32(formatId[own]);
    head.u64(body.length);
    body.push(pack(tensor, own));
    body.pad();
  }
  head.pad();
  head.push(body.join());
  return head.join();
}
