import { invariant } from "#base";
import type { Backend } from "./backend/backend.ts";
import { ColdStore } from "./cold-store.ts";
import { cutTo, NOTHING_COMPUTED, type Origin, usableLength, type Wanted } from "./origin.ts";
import { PrefixTree } from "./prefix-tree.ts";
import { TILE_TOKENS } from "./step-plan.ts";

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

/** A cold state must save at least this many tokens over what the cache holds: restoring costs about as much as they do. */
const MIN_COLD_GAIN = 32;
/** How many times more idle cells than else may stay where they are, so that running sequences keep their order. */
const ORDERLY_PATIENCE = 4;
/** Sequences to have free for new leases without disturbing that order. */
const SPARE_SEQUENCES = 4;

/**
 * Who holds which cells of the backend. A sequence is leased to one running choice, or idle (its prefix is kept for
 * whoever comes with the same tokens), or empty. Idle prefixes give way, least recently used first, to saved state in
 * RAM, from which they return when asked for. Modifies the backend's cache and nothing else.
 *
 * Over shared cells a row is summed up in the order in which its sequence's cells lie. Rows take the lowest free ones, so
 * this is the order of positions as long as no cell below is freed. While a sequence runs that wants equal bytes, nothing
 * is freed therefore, until room is needed: `renew` then frees it, and puts such sequences in order again.
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
  /** Leased sequences that must stay in order. */
  #orderly = new Set<number>();
  /** Sequences, leased or idle, below whose cells nothing was freed since they were computed. */
  #undisturbed = new Set<number>();

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
  sharedLength(tokens: Int32Array, { space, isReproducible }: Omit<Wanted, "promptTokens">): number {
    if (!this.#isShared) return 0;
    const { length, holders } = this.#tree.match(tokens, space);
    const lenders = isReproducible ? this.#undisturbed : this.#leased;
    return [...holders].some((holder) => this.#leased.has(holder) && lenders.has(holder)) ? length : 0;
  }

  /**
   * Leases a sequence that holds as much of `tokens` as is worth having, for a prompt of `promptTokens`; undefined when
   * all are leased.
   */
  acquire(tokens: Int32Array, options: Wanted): Lease | undefined {
    const { space, promptTokens } = options;
    const hot = this.#tree.match(tokens, space);
    const cold = this.#cold.match(tokens, space);
    const usable = (length: number, origin: Origin) => usableLength(length, origin, options, this.#isShared);
    const donor = hot.length === 0 ? undefined : this.#bestDonor(hot.holders, (origin) => usable(hot.length, origin));
    const hotLength = donor === undefined ? 0 : usable(hot.length, this.#originOf(donor));
    let lease: Lease | undefined;
    if (cold !== undefined) {
      const coldLength = usable(cold.length, cold.entry.origin);
      if (coldLength >= hotLength + MIN_COLD_GAIN) lease = this.#restore(cold, space, coldLength);
    }
    const keepsOrder = this.#isShared && options.isReproducible;
    lease ??= hotLength === 0 ? this.#begin(space) : this.#share(donor!, hotLength, keepsOrder);
    if (lease === undefined) return undefined;
    this.#leased.add(lease.sequence);
    this.#origins.set(lease.sequence, { ...this.#originOf(lease.sequence), promptTokens });
    if (keepsOrder) {
      this.#orderly.add(lease.sequence);
      this.#undisturbed.add(lease.sequence);
    }
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
    if (!isTiled && origin.ordered === length && this.#orderly.has(sequence)) {
      this.#origins.set(sequence, { ...origin, ordered: length + tokens.length });
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
    this.#orderly.delete(sequence);
    if (this.#orderly.size === 0) this.#undisturbed.clear();
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
    if (!this.#evictOldest()) return false;
    while (this.#evictOldest()) continue;
    return true;
  }

  /** Moves idle prefixes out as far as the layout makes running sequences pay for them. */
  shrinkIdle(): void {
    if (!this.#isShared || this.#leased.size === 0) return;
    const target = this.#backend.limits.cells - this.reachableCells + this.#idleCells;
    while (this.#tree.cells > target && this.#evictOldest()) continue;
  }

  /** Whether what lies idle for the sake of order should go by `renew`. */
  get isCrowded(): boolean {
    if (this.#orderly.size === 0) return false;
    const idle = this.#tree.cells - (this.#backend.limits.cells - this.reachableCells);
    return idle > ORDERLY_PATIENCE * this.#idleCells || (this.#empty.length < SPARE_SEQUENCES && this.#idle.size > 0);
  }

  /**
   * Moves idle prefixes out until `cells` are free, although sequences run that must stay in order; these are then put in
   * order anew. Returns those that there was no room for: they hold nothing now. Undefined: nothing runs that keeps order.
   * Cost: a copy of what these sequences hold, about a hundredth of its computing.
   */
  renew(cells: number): ReadonlySet<number> | undefined {
    if (this.#orderly.size === 0) return undefined;
    const orderly = this.#orderly;
    const held = [...orderly].map((sequence) => ({
      sequence,
      tokens: this.#tree.tokensOf(sequence),
      space: this.#tree.spaceOf(sequence),
      state: this.#backend.saveSequence(sequence),
    }));
    for (const { sequence, space } of held) {
      this.#backend.trimSequence(sequence, 0);
      this.#tree.close(sequence);
      this.#tree.open(sequence, space);
    }
    this.#orderly = new Set();
    this.makeRoom(cells + held.reduce((sum, { tokens }) => sum + tokens.length, 0));
    this.shrinkIdle();
    while (this.#empty.length < SPARE_SEQUENCES && this.#evictOldest()) continue;
    this.#orderly = orderly;
    this.#undisturbed = new Set(orderly);
    const lost = new Set<number>();
    for (const { sequence, tokens, state } of held) {
      if (tokens.length === 0) continue;
      if (tokens.length <= this.freeCells && this.#backend.restoreSequence(sequence, state)) {
        this.#tree.append(sequence, tokens);
      } else {
        lost.add(sequence);
        this.#origins.set(sequence, { ...NOTHING_COMPUTED, promptTokens: this.#originOf(sequence).promptTokens });
      }
    }
    return lost;
  }

  /**
   * In a separate layout, moves leased sequences until their ids have no gaps: a pass takes neighbours together and
   * others one after another. Returns where each moved one went. A move costs a copy, about a hundredth of its computing.
   */
  closeRanks(): Map<number, number> {
    const moves = new Map<number, number>();
    if (this.#isShared) return moves;
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

  /** An empty sequence that can share a pass with a leased one, for a row that is there for company; undefined: none is. */
  companionOf(sequence: number): number | undefined {
    if (this.#isShared) return this.#empty.at(-1);
    const neighbours = [sequence + 1, sequence - 1];
    const idle = neighbours.find((neighbour) => this.#idle.has(neighbour));
    const empty = neighbours.find((neighbour) => this.#empty.includes(neighbour));
    if (empty === undefined && idle !== undefined) this.#evict(idle);
    return empty ?? idle;
  }

  /** Throws when bookkeeping contradicts itself. */
  checkIntegrity(): void {
    this.#tree.checkIntegrity();
    const known = [...this.#empty, ...this.#idle, ...this.#leased];
    invariant(new Set(known).size === known.length, "a sequence is in two states");
    invariant(known.length === this.#backend.limits.sequences, "a sequence was lost");
    invariant(this.freeCells >= 0, "more cells in use than there are");
  }

  get #isShared(): boolean {
    return this.#backend.limits.layout === "shared";
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
    this.#origins.set(sequence, NOTHING_COMPUTED);
    return { sequence, held: 0 };
  }

  #share(donor: number, length: number, keepsOrder: boolean): Lease | undefined {
    const copies = keepsOrder && !this.#undisturbed.has(donor);
    if (!copies && this.#idle.has(donor) && this.#canTakeOver(donor, length)) return this.#takeOver(donor, length);
    const target = this.#takeEmpty(donor);
    if (target === undefined) {
      const isFree = this.#idle.has(donor) && this.#orderly.size === 0 && !keepsOrder;
      return isFree ? this.#takeOver(donor, length) : undefined;
    }
    if (this.#idle.delete(donor)) this.#idle.add(donor);
    if (copies) return this.#copy(donor, target, length);
    this.#fork(donor, target, length);
    return { sequence: target, held: length };
  }

  #fork(source: number, target: number, length: number): void {
    this.#backend.forkSequence(source, target, length);
    this.#tree.fork(source, target, { length, copy: !this.#isShared });
    this.#origins.set(target, cutTo(this.#originOf(source), length));
  }

  /** A prefix whose cells may lie anywhere, on the lowest free ones in order. An idle one that is copied whole goes. */
  #copy(source: number, target: number, length: number): Lease | undefined {
    const tokens = this.#tree.tokensOf(source).subarray(0, length);
    const [space, origin] = [this.#tree.spaceOf(source), cutTo(this.#originOf(source), length)];
    this.#backend.forkSequence(source, target, length);
    const state = this.#backend.saveSequence(target);
    this.#backend.trimSequence(target, 0);
    const isSpent = this.#idle.has(source) && this.#tree.lengthOf(source) === length && this.#orderly.size === 0;
    if (isSpent && this.#idle.delete(source)) this.#drop(source);
    if (!this.makeRoom(length) || !this.#backend.restoreSequence(target, state)) {
      this.#empty.push(target);
      return undefined;
    }
    this.#tree.open(target, space);
    this.#tree.append(target, tokens);
    this.#origins.set(target, origin);
    return { sequence: target, held: length };
  }

  /** The holder of which most is usable, then with the least beyond the shared prefix, idle ones first. */
  #bestDonor(holders: ReadonlySet<number>, usable: (origin: Origin) => number): number | undefined {
    const rank = (sequence: number) =>
      (this.#idle.has(sequence) ? 0 : 1e9) + this.#tree.lengthOf(sequence) - 1e10 * usable(this.#originOf(sequence));
    return [...holders].reduce<number | undefined>(
      (best, holder) => (best === undefined || rank(holder) < rank(best) ? holder : best),
      undefined,
    );
  }

  /** A fork that shares costs nothing, so only a prefix used whole is taken over; a copy is dear, so a short tail goes. */
  #canTakeOver(donor: number, length: number): boolean {
    const tail = this.#tree.lengthOf(donor) - length;
    return this.#isShared ? tail === 0 : tail <= length / 4;
  }

  #takeOver(donor: number, length: number): Lease {
    this.#idle.delete(donor);
    this.trim(donor, length);
    return { sequence: donor, held: length };
  }

  #restore(cold: NonNullable<ReturnType<ColdStore["match"]>>, space: string, held: number): Lease | undefined {
    const { entry } = cold;
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
    this.trim(sequence, held);
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
      if (this.#orderly.size > 0) return undefined;
      const oldest = [...this.#idle].find((sequence) => sequence !== spared);
      if (oldest === undefined) return undefined;
      this.#evict(oldest);
    }
    const lowest = Math.min(...this.#empty);
    this.#empty.splice(this.#empty.indexOf(lowest), 1);
    return lowest;
  }

  /** False when there is none, or when its cells must not be freed. */
  #evictOldest(): boolean {
    const [oldest] = this.#idle;
    if (oldest === undefined || this.#orderly.size > 0) return false;
    this.#evict(oldest);
    return true;
  }

  /** Empties an idle sequence; its state goes to RAM unless others hold nearly all of its tokens. */
  #evict(sequence: number): void {
    this.#idle.delete(sequence);
    const tokens = this.#tree.tokensOf(sequence);
    const space = this.#tree.spaceOf(sequence);
    const origin = this.#originOf(sequence);
    this.#tree.close(sequence);
    if (this.#cold.isWorthSaving(tokens.length, this.#tree.match(tokens, space).length)) {
      this.#cold.put({ space, tokens, origin, state: this.#backend.saveSequence(sequence) });
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
