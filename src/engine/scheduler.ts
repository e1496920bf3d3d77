import type { BackendLimits } from "./backend/backend.ts";
import { FairShare } from "./fair-share.ts";
import type { DraftPrice } from "./draft-price.ts";
import type { KvCache } from "./kv-cache.ts";
import type { Wanted } from "./origin.ts";
import type { PrefillPace } from "./prefill-pace.ts";
import { precedence, type Sequence } from "./sequence.ts";
import { planStep, rowsOf, type Slice } from "./step-plan.ts";
import { commonPrefixLength } from "./token-list.ts";

export interface SchedulerParts {
  readonly cache: KvCache;
  readonly limits: BackendLimits;
  readonly runningSequences: number;
  readonly pace: PrefillPace;
  readonly draftPrice: DraftPrice;
  /** Draft tokens per sequence and step at most. */
  readonly draftTokens: number;
}

/** It is worth waiting for a prefix that is being computed when it saves at least this many tokens. */
const MIN_PREFIX_GAIN = 8;

/**
 * Decides who runs and what goes into each batch. Waiting sequences are admitted by priority, then by what their caller
 * was served, then by arrival; one whose prefix another is just computing waits for it. step-plan.ts lays out what the
 * running ones do next. When cells run out the last in line is preempted: its prefix becomes idle, and it waits to run
 * again.
 */
export class Scheduler {
  readonly share = new FairShare();
  readonly #parts: SchedulerParts;
  readonly #compare = precedence((caller) => this.share.served(caller));
  readonly #waiting = new Set<Sequence>();
  readonly #running = new Set<Sequence>();
  #preemptions = 0;

  constructor(parts: SchedulerParts) {
    this.#parts = parts;
  }

  get running(): ReadonlySet<Sequence> {
    return this.#running;
  }

  get waiting(): ReadonlySet<Sequence> {
    return this.#waiting;
  }

  get preemptions(): number {
    return this.#preemptions;
  }

  add(sequence: Sequence): void {
    this.#waiting.add(sequence);
  }

  /** Takes a sequence out, running or waiting; what it computed stays as an idle prefix. */
  remove(sequence: Sequence): void {
    this.#waiting.delete(sequence);
    if (this.#running.delete(sequence)) this.#release(sequence);
  }

  /** Starts as many waiting sequences as fit; returns them in order. */
  admit(): Sequence[] {
    const admitted: Sequence[] = [];
    if (this.#waiting.size === 0) return admitted;
    for (const sequence of [...this.#waiting].toSorted(this.#compare)) {
      if (this.#isPrefixUnderway(sequence)) continue;
      if (!this.#makeWayFor(sequence)) break;
      const acquire = () =>
        this.#parts.cache.acquire(sequence.tokens.view(0, sequence.tokens.length - 1), wantedBy(sequence));
      const lease = acquire() ?? (this.#renew(sequence.pending) ? acquire() : undefined);
      if (lease === undefined) break;
      sequence.lease = lease.sequence;
      sequence.computed = lease.held;
      this.#waiting.delete(sequence);
      this.#running.add(sequence);
      admitted.push(sequence);
    }
    return admitted;
  }

  /** The passes of the next step, without the sequences that rest as long as others run; none when nothing runs, or when a lone sequence has no cell left to grow into. */
  plan(nowMs = Infinity): Slice[][] {
    const { cache, limits } = this.#parts;
    cache.shrinkIdle();
    if (cache.isCrowded) this.#renew(0);
    this.#closeRanks();
    for (;;) {
      const group = this.#nextGroup(nowMs);
      const passes = this.#planWithin(group, limits.cells);
      if (passes.length === 0 || cache.makeRoom(rowsOf(passes))) return passes;
      if (this.#renew(rowsOf(passes))) continue;
      const fewer = this.#planWithin(group, cache.freeCells);
      if (fewer.length > 0 || !this.preemptLast()) return fewer;
    }
  }

  /** Makes the last in line wait again, so that the others have its cells; false when at most one runs. */
  preemptLast(): boolean {
    const last = [...this.#running].toSorted(this.#compare).at(-1);
    if (last === undefined || this.#running.size < 2) return false;
    this.#preempt(last);
    return true;
  }

  /** A free slot and room, if need be those of running sequences of lower priority. */
  #makeWayFor(sequence: Sequence): boolean {
    while (this.#running.size >= this.#parts.runningSequences || !this.#hasRoomFor(sequence)) {
      const last = [...this.#running].toSorted(this.#compare).at(-1)!;
      if (last.owner.request.priority <= sequence.owner.request.priority) return false;
      this.#preempt(last);
    }
    return true;
  }

  /** Whether a running sequence will soon have computed much more of this one's tokens than the cache has now. */
  #isPrefixUnderway(sequence: Sequence): boolean {
    const wanted = sequence.tokens.view(0, sequence.tokens.length - 1);
    const prefilling = [...this.#running].filter((other) => other.pending > 1 && other.space === sequence.space);
    if (prefilling.length === 0) return false;
    const held = this.#parts.cache.matchLength(wanted, sequence.space);
    return prefilling.some(
      (other) => commonPrefixLength(wanted, other.tokens.view()) >= Math.max(held, other.computed) + MIN_PREFIX_GAIN,
    );
  }

  /** Room for everything the running sequences still have to compute, and for this one's tokens. */
  #hasRoomFor(sequence: Sequence): boolean {
    if (this.#running.size === 0) return true;
    const promised = [...this.#running].reduce((sum, other) => sum + other.pending, 0);
    const needed = sequence.pending - this.#parts.cache.sharedLength(sequence.tokens.view(), wantedBy(sequence));
    return promised + needed + 1 <= this.#parts.cache.reachableCells;
  }

  /** The running sequences under one adapter: a pass can apply only one. The group that waited longest goes. */
  #nextGroup(nowMs: number): Sequence[] {
    const all = [...this.#running];
    if (all.length === 0) return all;
    const awake = all.filter((sequence) => sequence.restsUntilMs <= nowMs);
    const running = awake.length > 0 ? awake : all;
    const next = running.reduce((oldest, sequence) => (sequence.lastStep < oldest.lastStep ? sequence : oldest));
    const group = running.filter((sequence) => sequence.space === next.space).toSorted(this.#compare);
    // Whoever waits for first words does not share passes with work that can wait.
    const first = group[0]!.owner.request.priority;
    const urgent = group.filter(({ owner }) => owner.request.priority === first);
    return urgent.some(({ pending }) => pending > 1) ? urgent : group;
  }

  #planWithin(group: readonly Sequence[], rows: number): Slice[][] {
    const { limits, draftTokens, pace, draftPrice } = this.#parts;
    const decoding = group.filter((sequence) => sequence.pending === 1).length;
    const worthwhile = draftPrice.worthwhileAcceptance(decoding);
    return planStep(group, {
      limits,
      rows,
      draftTokens,
      worthwhile,
      prefillTokens: pace.prefillTokens(decoding === 0),
    });
  }

  /** Makes room although some sequences must stay in order; false when none must, or when there is still no room. */
  #renew(cells: number): boolean {
    const { cache } = this.#parts;
    const lost = cache.renew(cells);
    if (lost === undefined) return false;
    for (const sequence of this.#running) if (lost.has(sequence.lease!)) sequence.computed = 0;
    return cache.freeCells >= cells;
  }

  /** Moves running sequences so that their ids have no gaps, where that makes a pass cheaper. */
  #closeRanks(): void {
    const moves = this.#parts.cache.closeRanks();
    for (const sequence of this.#running) sequence.lease = moves.get(sequence.lease!) ?? sequence.lease;
  }

  #preempt(sequence: Sequence): void {
    this.#preemptions += 1;
    this.#running.delete(sequence);
    this.#release(sequence);
    this.#waiting.add(sequence);
  }

  #release(sequence: Sequence): void {
    this.#parts.cache.release(sequence.lease!);
    sequence.lease = undefined;
    sequence.computed = 0;
  }
}

function wantedBy({ space, owner }: Sequence): Wanted {
  const { prompt, isReproducible = false } = owner.request;
  return { space, promptTokens: prompt.length, isReproducible };
}
