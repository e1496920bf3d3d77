import { TramontaneError } from "#base";
import { sortCells } from "./cell-order.ts";
import type { Libllama } from "./loader.ts";
import type { NativeContext } from "./native-context.ts";

/** "TSQ1", then the positions and the native bytes that follow, each 32-bit; then what the library wrote. */
const MAGIC = 0x31515354;
const HEADER_BYTES = 16;

/** The state of a sequence of `positions` tokens, as bytes, in their order. Cost: a copy of its keys and values. */
export function saveState(libllama: Libllama, context: NativeContext, sequence: number, positions: number): Uint8Array {
  const { functions } = libllama;
  const bytes = Number(functions.llama_state_seq_get_size(context.pointer, sequence));
  const state = Buffer.allocUnsafeSlow(HEADER_BYTES + bytes);
  const body = state.subarray(HEADER_BYTES);
  const written = Number(functions.llama_state_seq_get_data(context.pointer, body, bytes, sequence));
  if (written === 0) throw new TramontaneError("internal", `The state of sequence ${sequence} could not be saved.`);
  sortCells(body.subarray(0, written));
  state.writeUInt32LE(MAGIC, 0);
  state.writeUInt32LE(positions, 4);
  state.writeUInt32LE(written, 8);
  state.writeUInt32LE(0, 12);
  return state.subarray(0, HEADER_BYTES + written);
}

/** Puts a saved state into an empty sequence; the positions it holds now, or undefined when it does not fit. */
export function restoreState(
  libllama: Libllama,
  context: NativeContext,
  sequence: number,
  state: Uint8Array,
): number | undefined {
  const { functions } = libllama;
  const header = Buffer.from(state.buffer, state.byteOffset, state.byteLength);
  if (header.length < HEADER_BYTES || header.readUInt32LE(0) !== MAGIC) return undefined;
  const positions = header.readUInt32LE(4);
  const bytes = header.readUInt32LE(8);
  if (header.length !== HEADER_BYTES + bytes) return undefined;
  const read = functions.llama_state_seq_set_data(context.pointer, header.subarray(HEADER_BYTES), bytes, sequence);
  const holds = functions.llama_memory_seq_pos_max(context.memory, sequence) + 1;
  if (Number(read) === bytes && holds === positions) return positions;
  functions.llama_memory_seq_rm(context.memory, sequence, -1, -1);
  return undefined;
}
