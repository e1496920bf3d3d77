import { TILE_TOKENS } from "./step-plan.ts";

interface PrefillPaceParts {
  /** Rows of prompts per step at most. */
  readonly mostTokens: number;
  /** How long the prompts in a step may hold up the sequences that decode beside them, milliseconds. */
  readonly stallMs: number;
}

/** Weight of the latest pass in the running average. */
const LATEST = 0.3;

/**
 * How many rows of prompts a step may take. Alone, as many as one pass carries; beside sequences that decode, as many as
 * the model was seen to compute in the time these may be kept waiting, but always a tile, so that prompts progress.
 */
export class PrefillPace {
  readonly #parts: PrefillPaceParts;
  #rowMs: number | undefined;

  constructor(parts: PrefillPaceParts) {
    this.#parts = parts;
  }

  prefillTokens(isAlone: boolean): number {
    const { mostTokens, stallMs } = this.#parts;
    if (isAlone || this.#rowMs === undefined || this.#rowMs === 0) return mostTokens;
    const tiles = Math.max(1, Math.floor(stallMs / this.#rowMs / TILE_TOKENS));
    return Math.min(mostTokens, tiles * TILE_TOKENS);
  }

  /** Notes how long a pass over whole tiles took. */
  observe(rows: number, elapsedMs: number): void {
    const rowMs = elapsedMs / rows;
    this.#rowMs = this.#rowMs === undefined ? rowMs : this.#rowMs + LATEST * (rowMs - this.#rowMs);
  }
}
