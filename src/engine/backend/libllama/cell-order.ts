/** A number of `unit` bytes for each cell, cells after one another. */
interface Block {
  readonly at: number;
  readonly unit: number;
}

/** The library's magic, the sequence, the number of streams, the number of cells. */
const FIXED_BYTES = 16;
/** Position, number of sequences, sequence. */
const CELL_BYTES = 12;
/** Element type and row size before the rows of a layer. */
const LAYER_BYTES = 12;

/**
 * Puts the cells of a sequence's state, as the library wrote it, in the order of their positions. It writes them in the
 * order in which they lie in the cache, where holes that others left make it another. False when the state is of a
 * form not known here (sliding windows, several positions per cell); it is then left as it was.
 */
export function sortCells(state: Buffer): boolean {
  const blocks = blocksOf(state);
  if (blocks === undefined) return false;
  const count = state.readUInt32LE(12);
  const position = (cell: number) => state.readInt32LE(FIXED_BYTES + CELL_BYTES * cell);
  const order = Array.from({ length: count }, (_, cell) => cell);
  if (order.every((cell) => cell === 0 || position(cell - 1) < position(cell))) return true;
  const positions = order.map(position);
  order.sort((a, b) => positions[a]! - positions[b]!);
  for (const { at, unit } of blocks) {
    const copy = Buffer.from(state.subarray(at, at + unit * count));
    order.forEach((from, to) => copy.copy(state, at + unit * to, unit * from, unit * (from + 1)));
  }
  return true;
}

/** Where what stands in each cell's order is; undefined when that does not account for every byte. */
function blocksOf(state: Buffer): Block[] | undefined {
  if (state.length < FIXED_BYTES || state.readUInt32LE(8) !== 1) return undefined;
  const count = state.readUInt32LE(12);
  let at = FIXED_BYTES + CELL_BYTES * count;
  const blocks: Block[] = [{ at: FIXED_BYTES, unit: CELL_BYTES }];
  if (count === 0 || at + 8 > state.length || state.readUInt32LE(at) !== 0) return undefined;
  at += 8;
  while (at + LAYER_BYTES <= state.length) {
    const unit = Number(state.readBigUInt64LE(at + 4));
    at += LAYER_BYTES;
    blocks.push({ at, unit });
    at += unit * count;
  }
  return at === state.length ? blocks : undefined;
}
