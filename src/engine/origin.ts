import { TILE_TOKENS, tileEndOf } from "./step-plan.ts";

/** How the positions of a sequence were computed; see step-plan.ts for why it matters. */
export interface Origin {
  /** Leading tokens computed in whole tiles. */
  readonly tiled: number;
  /** What follows them was the rest of a tile, not computed apart. */
  readonly isRagged: boolean;
  /** Leading tokens computed row by row over cells in order, as equal bytes need it in a shared layout. */
  readonly ordered: number;
  /** Leading tokens that were a prompt; what follows is its answer. */
  readonly promptTokens: number;
}

export const NOTHING_COMPUTED: Origin = { tiled: 0, isRagged: false, ordered: 0, promptTokens: 0 };

/** What a lease is for. */
export interface Wanted {
  readonly space: string;
  readonly promptTokens: number;
  /** Whether the answer must have the bytes it would have with nothing held. */
  readonly isReproducible: boolean;
}

/**
 * How much of a held prefix a prompt should take over: all of it, unless equal bits are wanted. Over shared cells these
 * need rows computed in order; over separate ones they need equal tiles: up
 * to where the prompt's own end, and none after. Where only that gives up less than a tile of another prompt, equal bits
 * are chosen; what goes on into an answer was computed token by token anyway, and is kept whole.
 */
export function usableLength(held: number, origin: Origin, wanted: Wanted, isShared: boolean): number {
  const { promptTokens, isReproducible } = wanted;
  if (isShared && isReproducible) return Math.min(held, origin.ordered);
  const tileEnd = tileEndOf(promptTokens);
  if (!isReproducible || held > origin.promptTokens) return held;
  if (held >= tileEnd && origin.tiled === tileEnd && !origin.isRagged) return held;
  const equal = Math.min(Math.floor(Math.min(held, tileEnd) / TILE_TOKENS) * TILE_TOKENS, origin.tiled);
  return held - equal < TILE_TOKENS ? equal : held;
}

/** Of the first `length` tokens. */
export function cutTo(origin: Origin, length: number): Origin {
  const tiled = Math.min(origin.tiled, length);
  const ordered = Math.min(origin.ordered, length);
  return { ...origin, tiled, ordered, isRagged: origin.isRagged && length > tiled };
}
