import { invariant } from "#base";
import type { Backend } from "./backend/backend.ts";
import { ColdStore, type Origin } from "./cold-store.ts";
import { PrefixTree } from "./prefix-tree.ts";
import { TILE_TOKENS, tileEndOf } from "./step-plan.ts";

/** A sequence of the backend, in use, that already holds the first `held` tokens asked for. */
export interface Lease {
  readonly sequence: number;
  readonly held: number;
}

export interface KvCacheParts {
  readonly backend: Backend;
  /** RAM for prefixes moved out, bytes; 0 drops them instead. */
  readonly coldBytes: number;
  /** In a shared layout, cells that idle prefixes may occupy while something runs: every row scans over them. */
  readonly idleCells: number;
}

/** What a lease is for. */
export interface Wanted {
  readonly space: string;
  readonly promptTokens: number;
  /** Whether the answer must have the bytes it would have with nothing held. */
  readonly isReproducible: boolean;
}

/** A cold state must save at least this many tokens over what the cache holds: restoring costs about as much as they do. */
const MIN_COLD_GAIN = 32;
/** Prefixes with fewer tokens of their own, or a smaller share of them, are not worth saving. */
const MIN_SAVED_TOKENS = 32;
const MIN_SAVED_SHARE = 1 / 16;

/**
 * Who holds which cells of the backend. A sequence is leased to one running choice, or idle (its prefix is kept for
 * whoever comes with the same tokens), or empty. Idle prefixes give way, least recently used first, to saved state in
 * RAM, from which they return when asked for. Modifies the backend's cache and nothing else.
 */
export class KvCache {
  readonly #backend: Backend;
  readonly #idleCells: number;
  readonly #tree = new PrefixTree();
  readonly #cold: ColdStore;
  readonly #empty: number[];
  /** Least recently used first. */
  readonly #idle = new Set<number>();
  readonly #leased = new Set<number>();
  readonly #origins = new Map<number, Origin>();
  #bytesPerToken = 0;

  constructor(parts: KvCacheParts) {
    this.#backend = parts.backend;
    this.#idleCells = parts.idleCells;
    this.#cold = new ColdStore(parts.coldBytes);
    this.#empty = Array.from({ length: parts.backend.limits.sequences }, (_, index) => index);
  }

  get usedCells(): number {
    return this.#tree.cells;
  }

  get freeCells(): number {
    return this.#backend.limits.cells - this.#tree.cells;
  }

  get coldBytes(): number {
    return this.#cold.bytes;
  }

  /** Cells that would be free if every idle prefix were moved out. */
  get reachableCells(): number {
    return this.#backend.limits.cells - this.#tree.cellsHeldBy((sequence) => this.#leased.has(sequence));
  }

  /** How many leading tokens need no computing, hot or cold. */
  matchLength(tokens: Int32Array, space: string): number {
    const cold = this.#cold.match(tokens, space)?.length ?? 0;
    return Math.max(cold, this.#tree.match(tokens, space).length);
  }

  /** How many leading tokens are held by running sequences, so that sharing them takes no cells. */
  sharedLength(tokens: Int32Array, space: string): number {
    if (this.#backend.limits.layout === "separate") return 0;
    const { length, holders } = this.#tree.match(tokens, space);
    return [...holders].some((holder) => this.#leased.has(holder)) ? length : 0;
  }

  /**
   * Leases a sequence that holds as much of `tokens` as is worth having, for a prompt of `promptTokens`; undefined when
   * all are leased.
   */
  acquire(tokens: Int32Array, options: Wanted): Lease | undefined {
    const { space, promptTokens } = options;
    const hot = this.#tree.match(tokens, space);
    const cold = this.#cold.match(tokens, space);
    if (cold !== undefined && cold.length >= hot.length + MIN_COLD_GAIN) {
      const lease = this.#restore(cold, options);
      if (lease !== undefined) return lease;
    }
    const donor = hot.length === 0 ? undefined : this.#bestDonor(hot.holders);
    const lease =
      donor === undefined
        ? this.#begin(space)
        : this.#share(donor, usableLength(hot.length, this.#originOf(donor), options));
    if (lease !== undefined) this.#lease(lease.sequence, promptTokens);
    return lease;
  }

  /** Notes that a forward pass put `tokens` at the end of a leased sequence, as whole tiles or not. */
  append(sequence: number, tokens: Int32Array, isTiled = false): void {
    invariant(this.#leased.has(sequence), `sequence ${sequence} grows without a lease`);
    const length = this.#tree.lengthOf(sequence);
    const origin = this.#originOf(sequence);
    if (isTiled && origin.tiled === length) {
      const whole = Math.floor(tokens.length / TILE_TOKENS) * TILE_TOKENS;
      this.#origins.set(sequence, { ...origin, tiled: length + whole, isRagged: whole < tokens.length });
    }
    this.#tree.append(sequence, tokens);
  }

  trim(sequence: number, length: number): void {
    if (length >= this.#tree.lengthOf(sequence)) return;
    this.#backend.trimSequence(sequence, length);
    this.#tree.trim(sequence, length);
    const origin = this.#originOf(sequence);
    this.#origins.set(sequence, cutTo(origin, length));
  }

  /** Ends a lease; the tokens stay as an idle prefix. */
  release(sequence: number): void {
    invariant(this.#leased.delete(sequence), `sequence ${sequence} was not leased`);
    if (this.#tree.lengthOf(sequence) === 0) this.#drop(sequence);
    else this.#idle.add(sequence);
  }

  /** Moves idle prefixes out until `cells` are free; false when nothing idle is left and they are not. */
  makeRoom(cells: number): boolean {
    while (this.freeCells < cells) if (!this.#evictOldest()) return false;
    return true;
  }

  /** Moves every idle prefix out; false when there was none. */
  dropIdle(): boolean {
    const hadSome = this.#idle.size > 0;
    while (this.#evictOldest()) continue;
    return hadSome;
  }

  /** Moves idle prefixes out as far as the layout makes running sequences pay for them. */
  shrinkIdle(): void {
    if (this.#backend.limits.layout === "separate" || this.#leased.size === 0) return;
    const target = this.#backend.limits.cells - this.reachableCells + this.#idleCells;
    while (this.#idle.size > 0 && this.#tree.cells > target) this.#evictOldest();
  }

  /**
   * In a separate layout, moves leased sequences until their ids have no gaps: a pass takes neighbours together and
   * others one after another. Returns where each moved one went. A move costs a copy, about a hundredth of its computing.
   */
  closeRanks(): Map<number, number> {
    const moves = new Map<number, number>();
    if (this.#backend.limits.layout === "shared") return moves;
    for (;;) {
      const ids = [...this.#leased].toSorted((a, b) => a - b);
      const [lowest, highest] = [ids[0] ?? 0, ids.at(-1) ?? 0];
      if (ids.length < 2 || highest - lowest < ids.length) return moves;
      const gap = ids.find((id) => !this.#leased.has(id + 1))! + 1;
      const end = this.#tree.lengthOf(lowest) < this.#tree.lengthOf(highest) ? lowest : highest;
      this.#relocate(end, gap);
      const origin = [...moves].find(([, to]) => to === end)?.[0] ?? end;
      moves.set(origin, gap);
    }
  }

  /** Throws when bookkeeping contradicts itself. */
  checkIntegrity(): void {
    this.#tree.checkIntegrity();
    const known = [...this.#empty, ...this.#idle, ...this.#leased];
    invariant(new Set(known).size === known.length, "a sequence is in two states");
    invariant(known.length === this.#backend.limits.sequences, "a sequence was lost");
    invariant(this.freeCells >= 0, "more cells in use than there are");
  }

  #lease(sequence: number, promptTokens: number): void {
    this.#leased.add(sequence);
    this.#origins.set(sequence, { ...this.#originOf(sequence), promptTokens });
  }

  #originOf(sequence: number): Origin {
    const origin = this.#origins.get(sequence);
    invariant(origin !== undefined, `sequence ${sequence} came from nowhere`);
    return origin;
  }

  #begin(space: string): Lease | undefined {
    const sequence = this.#takeEmpty();
    if (sequence === undefined) return undefined;
    this.#tree.open(sequence, space);
    this.#origins.set(sequence, { tiled: 0, isRagged: false, promptTokens: 0 });
    return { sequence, held: 0 };
  }

  #share(donor: number, length: number): Lease | undefined {
    if (this.#idle.has(donor) && this.#canTakeOver(donor, length)) return this.#takeOver(donor, length);
    const target = this.#takeEmpty(donor);
    if (target === undefined) return this.#idle.has(donor) ? this.#takeOver(donor, length) : undefined;
    if (this.#idle.delete(donor)) this.#idle.add(donor);
    this.#fork(donor, target, length);
    return { sequence: target, held: length };
  }

  #fork(source: number, target: number, length: number): void {
    this.#backend.forkSequence(source, target, length);
    this.#tree.fork(source, target, { length, copy: this.#backend.limits.layout === "separate" });
    this.#origins.set(target, cutTo(this.#originOf(source), length));
  }

  /** The holder with the least beyond the shared prefix, idle ones first. */
  #bestDonor(holders: ReadonlySet<number>): number | undefined {
    const rank = (sequence: number) => (this.#idle.has(sequence) ? 0 : 1e9) + this.#tree.lengthOf(sequence);
    return [...holders].reduce<number | undefined>(
      (best, holder) => (best === undefined || rank(holder) < rank(best) ? holder : best),
      undefined,
    );
  }

  /** A fork that shares costs nothing, so only a prefix used whole is taken over; a copy is dear, so a short tail goes. */
  #canTakeOver(donor: number, length: number): boolean {
    const tail = this.#tree.lengthOf(donor) - length;
    return this.#backend.limits.layout === "shared" ? tail === 0 : tail <= length / 4;
  }

  #takeOver(donor: number, length: number): Lease {
    this.#idle.delete(donor);
    this.trim(donor, length);
    return { sequence: donor, held: length };
  }

  #restore(cold: NonNullable<ReturnType<ColdStore["match"]>>, wanted: Wanted): Lease | undefined {
    const { entry } = cold;
    const { space, promptTokens } = wanted;
    if (entry.tokens.length > this.reachableCells) return undefined;
    const sequence = this.#takeEmpty();
    if (sequence === undefined) return undefined;
    const restored = this.makeRoom(entry.tokens.length) && this.#backend.restoreSequence(sequence, entry.state);
    if (!restored) {
      this.#empty.push(sequence);
      return undefined;
    }
    this.#tree.open(sequence, space);
    this.#tree.append(sequence, entry.tokens);
    this.#origins.set(sequence, entry.origin);
    if (cold.length === entry.tokens.length) this.#cold.delete(entry);
    const held = usableLength(cold.length, entry.origin, wanted);
    this.trim(sequence, held);
    this.#lease(sequence, promptTokens);
    return { sequence, held };
  }

  #relocate(from: number, to: number): void {
    if (this.#idle.has(to)) this.#evict(to);
    this.#empty.splice(this.#empty.indexOf(to), 1);
    this.#fork(from, to, this.#tree.lengthOf(from));
    this.#leased.delete(from);
    this.#leased.add(to);
    this.#drop(from);
  }

  /** The lowest empty sequence, if need be by moving an idle one other than `spared` out. */
  #takeEmpty(spared?: number): number | undefined {
    if (this.#empty.length === 0) {
      const oldest = [...this.#idle].find((sequence) => sequence !== spared);
      if (oldest === undefined) return undefined;
      this.#evict(oldest);
    }
    const lowest = Math.min(...this.#empty);
    this.#empty.splice(this.#empty.indexOf(lowest), 1);
    return lowest;
  }

  #evictOldest(): boolean {
    const [oldest] = this.#idle;
    if (oldest !== undefined) this.#evict(oldest);
    return oldest !== undefined;
  }

  /** Empties an idle sequence; its state goes to RAM unless others hold nearly all of its tokens. */
  #evict(sequence: number): void {
    this.#idle.delete(sequence);
    const tokens = this.#tree.tokensOf(sequence);
    const space = this.#tree.spaceOf(sequence);
    const origin = this.#originOf(sequence);
    this.#tree.close(sequence);
    const heldByOthers = this.#tree.match(tokens, space).length;
    const fits = tokens.length * this.#bytesPerToken <= this.#cold.capacityBytes;
    const least = Math.max(MIN_SAVED_TOKENS, tokens.length * MIN_SAVED_SHARE);
    if (this.#cold.capacityBytes > 0 && fits && tokens.length - heldByOthers >= least) {
      const state = this.#backend.saveSequence(sequence);
      this.#bytesPerToken = state.byteLength / tokens.length;
      this.#cold.put({ space, tokens, origin, state });
    }
    this.#backend.trimSequence(sequence, 0);
    this.#empty.push(sequence);
  }

  #drop(sequence: number): void {
    this.#backend.trimSequence(sequence, 0);
    this.#tree.close(sequence);
    this.#empty.push(sequence);
  }
}

/**
 * How much of a held prefix a prompt should take over: all of it, unless equal bits are wanted. These need equal tiles: up
 * to where the prompt's own end, and none after. Where only that gives up less than a tile of another prompt, equal bits
 * are chosen; what goes on into an answer was computed token by token anyway, and is kept whole.
 */
function usableLength(held: number, origin: Origin, { promptTokens, isReproducible }: Wanted): number {
  const tileEnd = tileEndOf(promptTokens);
  if (!isReproducible || held > origin.promptTokens) return held;
  if (held >= tileEnd && origin.tiled === tileEnd && !origin.isRagged) return held;
  const equal = Math.min(Math.floor(Math.min(held, tileEnd) / TILE_TOKENS) * TILE_TOKENS, origin.tiled);
  return held - equal < TILE_TOKENS ? equal : held;
}

function cutTo(origin: Origin, length: number): Origin {
  const tiled = Math.min(origin.tiled, length);
  return { ...origin, tiled, isRagged: origin.isRagged && length > tiled };
}
