import type { BackendLimits } from "./backend/backend.ts";
import { sliceWithLoneRow } from "./pass-split.ts";
import type { Sequence } from "./sequence.ts";

/** Part of one pass: the next `tokens` known tokens of a sequence, then drafts of what may follow. */
export interface Slice {
  readonly sequence: Sequence;
  readonly tokens: number;
  readonly drafts: Int32Array;
  /** The draft is there for its row alone, where no empty sequence has one: nobody thinks that it follows. */
  readonly isPadded?: boolean;
}

export interface StepBudget {
  readonly limits: BackendLimits;
  /** Rows in all at most: the free cells. */
  readonly rows: number;
  /** Rows of prompts at most. */
  readonly prefillTokens: number;
  /** Draft tokens per sequence at most. */
  readonly draftTokens: number;
  /** The chance of acceptance that a draft must have. */
  readonly worthwhile: number;
}

/**
 * Attention kernels take a whole tile of rows another way than fewer rows, with other rounding. A prompt is therefore cut
 * at multiples of the tile. Where equal bytes are wanted its rest is computed apart: which way a position goes then depends
 * on the prompt alone. Over shared cells it would depend on where these begin, too, so such a prompt goes without tiles
 * there. Else the rest goes with the tiles, which is faster.
 */
export const TILE_TOKENS = 64;
/** From this many cells on, the kernel splits those of a row that is alone in its pass among the threads. */
const SPLIT_CELLS = 256;
const NO_DRAFTS = new Int32Array(0);

/**
 * Lays out one step over sequences in order of precedence, as passes that are run one after another. Rows that decode,
 * their drafts and the short ends of prompts come first, together; then whole tiles of prompts, each in a pass of its own,
 * where more rows would not make it cheaper. Empty when not even the decoding rows fit.
 */
export function planStep(sequences: readonly Sequence[], budget: StepBudget): Slice[][] {
  const decoding = sequences.filter((sequence) => sequence.pending === 1);
  if (decoding.length > budget.rows) return [];
  let rows = budget.rows - decoding.length;
  const isApart = budget.limits.layout === "separate" && sequences.length > 1;
  // Cells of refused drafts are free again, below those of the rows after them: these must not have to stay in order.
  const isOrderKept = budget.limits.layout === "shared" && sequences.filter(isReproducible).length > 1;
  const short = decoding.map((sequence): Slice => {
    const isDraftless = isApart || (isOrderKept && isReproducible(sequence));
    const drafts = isDraftless ? NO_DRAFTS : draftsOf(sequence, { ...budget, rows });
    rows -= drafts.length;
    return { sequence, tokens: 1, drafts };
  });
  const tiles: Slice[] = [];
  let prefill = Math.min(rows, budget.prefillTokens);
  // Where a tile never fits, progress comes before equal rounding.
  const tile = prefill < TILE_TOKENS ? 1 : TILE_TOKENS;
  const isOneByOne = isApart && !isWorthExtraRows(sequences);
  for (const sequence of sequences) {
    if (sequence.pending === 1) continue;
    const chunk = chunkOf(sequence, { most: prefill, tile, limits: budget.limits });
    const tokens = isOneByOne && sequence.generated > 0 ? Math.min(chunk, 1) : chunk;
    if (tokens === 0) continue;
    prefill -= tokens;
    const slice: Slice = { sequence, tokens, drafts: NO_DRAFTS };
    if (tokens < TILE_TOKENS) short.push(slice);
    else tiles.push(slice);
  }
  const shortPasses = packShort(short, budget.limits).flatMap((pass) => withoutLoneRows(pass, budget.limits));
  const passes = [...shortPasses, ...packTiles(tiles, budget.limits)];
  let spare = budget.rows - rowsOf(passes);
  return passes.map((pass) => {
    const whole = accompanied(pass, { ...budget, rows: spare });
    spare -= rowsOf([whole]) - rowsOf([pass]);
    return whole;
  });
}

function isReproducible({ owner }: Sequence): boolean {
  return owner.request.isReproducible === true;
}

/**
 * Takes out of a pass of separate sequences whoever wants equal bytes and would have a row computed alone there, for want of
 * a neighbour or at the end of it. Nothing is lost: the library would have gone through the weights for it anyway.
 */
function withoutLoneRows(pass: readonly Slice[], limits: BackendLimits): Slice[][] {
  if (limits.layout === "shared") return [[...pass]];
  const apart: Slice[][] = [];
  let rest = [...pass];
  const isAtRisk = (slice: Slice) => rest.length > 1 && isReproducible(slice.sequence) && mayBeSplit(slice, limits);
  for (;;) {
    const lone = sliceWithLoneRow(rest, isAtRisk);
    if (lone === undefined) return [rest, ...apart];
    apart.push([lone]);
    rest = rest.filter((slice) => slice !== lone);
  }
}

function mayBeSplit({ sequence, tokens }: Slice, limits: BackendLimits): boolean {
  return limits.layout === "shared" || sequence.computed + tokens > SPLIT_CELLS;
}

/** A row alone in its pass is summed up in another order than beside others; where equal bytes are wanted it gets company (0374). */
function accompanied(pass: readonly Slice[], { rows, limits }: StepBudget): Slice[] {
  const [slice] = pass;
  if (pass.length !== 1 || slice === undefined) return [...pass];
  const { sequence, tokens, drafts } = slice;
  const isLone = tokens === 1 && drafts.length === 0 && isReproducible(sequence);
  const hasRoom = rows > 0 && limits.batchTokens > 1 && sequence.tokens.length < limits.contextTokens;
  if (!isLone || !mayBeSplit(slice, limits) || !hasRoom) return [slice];
  return [{ sequence, tokens, drafts: Int32Array.of(sequence.tokens.at(sequence.computed)), isPadded: true }];
}

/**
 * Separate sequences share a pass only row by row: what one has more than the others goes through the weights again. For
 * drafts that never pays. Forced tokens are sure, so they may take a pass more when it carries twice what a row each would.
 */
function isWorthExtraRows(sequences: readonly Sequence[]): boolean {
  const extra = sequences.reduce((sum, { generated, pending }) => sum + (generated > 0 ? pending - 1 : 0), 0);
  return extra >= 2 * sequences.length;
}

export function rowsOf(passes: readonly (readonly Slice[])[]): number {
  return passes.flat().reduce((sum, slice) => sum + slice.tokens + slice.drafts.length, 0);
}

/** Where the whole tiles of a prompt end; its last token is never in one, since its logits are drawn from. */
export function tileEndOf(promptTokens: number): number {
  return Math.floor((promptTokens - 1) / TILE_TOKENS) * TILE_TOKENS;
}

/** The next rows of a sequence that has several to compute: to a multiple of the tile, or the rest. */
function chunkOf(sequence: Sequence, room: { most: number; tile: number; limits: BackendLimits }): number {
  const { computed, pending, owner } = sequence;
  if (!isReproducible(sequence) && pending <= room.most) return pending;
  const tileEnd = tileEndOf(owner.request.prompt.length);
  const isTiled = room.tile > 1 && !(isReproducible(sequence) && room.limits.layout === "shared");
  if (!isTiled || tileEnd <= computed) return Math.min(pending, room.most, TILE_TOKENS - 1);
  return Math.max(0, Math.min(tileEnd, Math.floor((computed + room.most) / room.tile) * room.tile) - computed);
}

function draftsOf(sequence: Sequence, room: StepBudget): Int32Array {
  // The token drawn after the last draft must still be allowed, and fit the window.
  const end = Math.min(sequence.allowance - 1, room.limits.contextTokens - sequence.tokens.length - 1);
  const most = Math.min(room.draftTokens, room.rows, room.limits.batchTokens - 1, end);
  if (most <= 0) return NO_DRAFTS;
  const drafts = sequence.drafter.propose(sequence.tokens, {
    most,
    worthwhile: room.worthwhile,
    answerStart: sequence.owner.request.prompt.length,
  });
  return drafts.subarray(0, sequence.sampler.countAllowed(drafts));
}

/**
 * Tiles of one sequence make a pass. Separate sequences with as many rows each share one, as the library computes them side
 * by side without touching one another; in a shared layout the rows of a tile would get mixed.
 */
function packTiles(tiles: readonly Slice[], limits: BackendLimits): Slice[][] {
  if (limits.layout === "shared") return tiles.map((slice) => [slice]);
  const passes: Slice[][] = [];
  for (const slice of tiles.toSorted((a, b) => a.tokens - b.tokens || a.sequence.lease! - b.sequence.lease!)) {
    const last = passes.at(-1);
    if (last !== undefined && areAlike(last.at(-1)!, slice) && rowsOf([last]) + slice.tokens <= limits.batchTokens) {
      last.push(slice);
    } else passes.push([slice]);
  }
  return passes;
}

/** Neighbours with as many rows. */
function areAlike(one: Slice, next: Slice): boolean {
  return one.tokens === next.tokens && one.sequence.lease! + 1 === next.sequence.lease!;
}

/**
 * Packs short slices into as few passes as the layout takes at its best. Separate sequences go through one pass together
 * only when their ids ascend without a gap, hence the order; shared ones count as one block of rows for the tile, and
 * those that keep their cells in order take theirs before the others' drafts.
 */
function packShort(slices: readonly Slice[], limits: BackendLimits): Slice[][] {
  const capacity = limits.layout === "shared" ? Math.min(TILE_TOKENS - 1, limits.batchTokens) : limits.batchTokens;
  const passes: Slice[][] = [];
  let left = 0;
  const rank = ({ sequence }: Slice) => (limits.layout === "shared" && isReproducible(sequence) ? -1 : sequence.lease!);
  for (const slice of slices.toSorted((a, b) => rank(a) - rank(b))) {
    const rows = slice.tokens + slice.drafts.length;
    if (rows > left) {
      passes.push([]);
      left = capacity;
    }
    passes.at(-1)!.push(slice);
    left -= rows;
  }
  return passes;
}
