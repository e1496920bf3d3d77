import { invariant } from "#base";

/** A function to assemble: `body` is stack code, one mnemonic after another, with locals by name. */
export interface WasmFunction {
  readonly name: string;
  readonly params: Readonly<Record<string, ValueType>>;
  readonly result?: ValueType;
  readonly locals?: Readonly<Record<string, ValueType>>;
  readonly body: string;
}

type ValueType = keyof typeof VALUE_TYPES;
const VALUE_TYPES = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const;

/** Opcodes without operands (WebAssembly core specification, appendix "Index of Instructions"). */
const PLAIN: Readonly<Record<string, number>> = {
  end: 0x0b,
  return: 0x0f,
  "i32.eqz": 0x45,
  "i32.lt_u": 0x49,
  "f32.gt": 0x5e,
  "f32.le": 0x5f,
  "i32.ctz": 0x68,
  "i32.add": 0x6a,
  "i32.sub": 0x6b,
  "i32.and": 0x71,
  "i32.shl": 0x74,
  "i32.shr_u": 0x76,
  "f32.add": 0x92,
  "f32.sub": 0x93,
};
/** Vector opcodes without operands, after the prefix 0xfd. */
const VECTOR: Readonly<Record<string, number>> = {
  "i32x4.splat": 17,
  "f32x4.splat": 19,
  "i32x4.eq": 55,
  "f32x4.eq": 65,
  "f32x4.gt": 68,
  "f32x4.ge": 70,
  "v128.and": 78,
  "v128.bitselect": 82,
  "v128.any_true": 83,
  "f32x4.nearest": 106,
  "i32x4.bitmask": 164,
  "i32x4.shl": 171,
  "i32x4.add": 174,
  "f32x4.add": 228,
  "f32x4.sub": 229,
  "f32x4.mul": 230,
  "f32x4.pmax": 235,
  "i32x4.trunc_sat_f32x4_s": 248,
};
/** Memory accesses: opcode bytes and the logarithm of the natural alignment. */
const MEMORY: Readonly<Record<string, readonly number[]>> = {
  "i32.load": [0x28, 2],
  "f32.load": [0x2a, 2],
  "i32.store": [0x36, 2],
  "f32.store": [0x38, 2],
  "v128.load": [0xfd, 0, 4],
  "v128.store": [0xfd, 11, 4],
};
const LABELS: Readonly<Record<string, number>> = { block: 0x02, loop: 0x03, if: 0x04 };
const LOCALS: Readonly<Record<string, number>> = { "local.get": 0x20, "local.set": 0x21, "local.tee": 0x22 };
const VOID = 0x40;
/** Magic number and version 1. */
const WASM_HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

/** Assembles functions over one memory `memory` of `pages` × 64 KiB into a WebAssembly module. */
export function assembleWasm(functions: readonly WasmFunction[], pages: number): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ params, result }) => [
    0x60,
    ...vector(Object.values(params).map((type) => [VALUE_TYPES[type]])),
    ...vector(result === undefined ? [] : [[VALUE_TYPES[result]]]),
  ]);
  const exports = functions.map(({ name }, index) => [...text(name), 0, ...unsigned(index)]);
  return Uint8Array.from([
    ...WASM_HEADER,
    ...section(1, types),
    ...section(
      3,
      functions.map((_, index) => unsigned(index)),
    ),
    ...section(5, [[0, ...unsigned(pages)]]),
    ...section(7, [[...text("memory"), 2, 0], ...exports]),
    ...section(10, functions.map(functionBody)),
  ]);
}

function functionBody({ name, params, locals = {}, body }: WasmFunction): number[] {
  const names = [...Object.keys(params), ...Object.keys(locals)];
  const words = body.split(/\s+/).filter((word) => word !== "");
  const code = vector(Object.values(locals).map((type) => [1, VALUE_TYPES[type]]));
  const operand = (): string => {
    const word = words.shift();
    invariant(word !== undefined, `${name}: an instruction without its operand`);
    return word;
  };
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word in PLAIN) code.push(PLAIN[word]!);
    else if (word in VECTOR) code.push(0xfd, ...unsigned(VECTOR[word]!));
    else if (word in MEMORY) code.push(...MEMORY[word]!, ...unsigned(Number(operand())));
    else if (word in LABELS) code.push(LABELS[word]!, VOID);
    else if (word in LOCALS) code.push(LOCALS[word]!, ...localIndex(names, operand()));
    else if (word === "br_if") code.push(0x0d, ...unsigned(Number(operand())));
    else if (word === "i32.const") code.push(0x41, ...signed(Number(operand())));
    else if (word === "f32.const") code.push(0x43, ...float32(Number(operand())));
    else if (word === "v128.const") code.push(0xfd, 12, ...[0, 0, 0, 0].flatMap(() => int32(Number(operand()))));
    else if (word === "f32x4.extract_lane") code.push(0xfd, 31, Number(operand()));
    else invariant(false, `${name}: unknown instruction ${word}`);
  }
  code.push(PLAIN["end"]!);
  return [...unsigned(code.length), ...code];
}

function localIndex(names: readonly string[], name: string): number[] {
  invariant(names.includes(name), `unknown local ${name}`);
  return unsigned(names.indexOf(name));
}

function section(id: number, entries: readonly number[][]): number[] {
  const content = vector(entries);
  return [id, ...unsigned(content.length), ...content];
}

function vector(entries: readonly number[][]): number[] {
  return [...unsigned(entries.length), ...entries.flat()];
}

function text(name: string): number[] {
  return vector([...new TextEncoder().encode(name)].map((byte) => [byte]));
}

/** LEB128. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: number): number[] {
  return value >= -64 && value < 64 ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)];
}

function float32(value: number): number[] {
  return [...new Uint8Array(Float32Array.of(value).buffer)];
}

function int32(value: number): number[] {
  return [...new Uint8Array(Int32Array.of(value).buffer)];
}
