import type { BackendLimits } from "./backend/backend.ts";
import { FairShare } from "./fair-share.ts";
import type { KvCache } from "./kv-cache.ts";
import { precedence, type Sequence } from "./sequence.ts";
import { worthwhileAcceptance } from "./speculation.ts";
import { commonPrefixLength } from "./token-list.ts";

/** Part of one batch: the next `tokens` known tokens of a sequence, then drafts of what may follow. */
export interface Slice {
  readonly sequence: Sequence;
  readonly tokens: number;
  readonly drafts: Int32Array;
}

export interface SchedulerParts {
  readonly cache: KvCache;
  readonly limits: BackendLimits;
  readonly runningSequences: number;
  /** Prompt rows per step at most. */
  readonly prefillTokens: number;
  /** Draft tokens per sequence and step at most. */
  readonly draftTokens: number;
}

/** It is worth waiting for a prefix that is being computed when it saves at least this many tokens. */
const MIN_PREFIX_GAIN = 32;
const NO_DRAFTS = new Int32Array(0);

/**
 * Decides who runs and what goes into each batch. Waiting sequences are admitted by priority, then by what their caller
 * was served, then by arrival; one whose prefix another is just computing waits for it. Each step has a row for every
 * decoding sequence first, then drafts, then prompts in chunks. When cells run out the last in line is preempted: its
 * prefix becomes idle, and it waits to run again.
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
      const lease = this.#parts.cache.acquire(sequence.tokens.view(0, sequence.tokens.length - 1), sequence.space);
      if (lease === undefined) break;
      sequence.lease = lease.sequence;
      sequence.computed = lease.held;
      this.#waiting.delete(sequence);
      this.#running.add(sequence);
      admitted.push(sequence);
    }
    return admitted;
  }

  /** The next batch; empty when nothing runs, or when a lone sequence has no cell left to grow into. */
  plan(): Slice[] {
    this.#parts.cache.shrinkIdle();
    const group = this.#nextGroup();
    let slices = this.#compose(group, this.#parts.limits.batchTokens);
    while (slices.length > 0 && !this.#parts.cache.makeRoom(rowsOf(slices))) {
      slices = this.#compose(group, this.#parts.cache.freeCells);
      if (slices.length > 0) break;
      if (!this.preemptLast()) return [];
      slices = this.#compose(group, this.#parts.limits.batchTokens);
    }
    return slices;
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
    const needed = sequence.tokens.length - this.#parts.cache.sharedLength(sequence.tokens.view(), sequence.space);
    return promised + needed + 1 <= this.#parts.cache.reachableCells;
  }

  /** The running sequences under one adapter: a pass can apply only one. The group that waited longest goes. */
  #nextGroup(): Sequence[] {
    const running = [...this.#running];
    if (running.length === 0) return running;
    const next = running.reduce((oldest, sequence) => (sequence.lastStep < oldest.lastStep ? sequence : oldest));
    return running.filter((sequence) => sequence.space === next.space);
  }

  #compose(group: Sequence[], budget: number): Slice[] {
    const alive = group.filter((sequence) => this.#running.has(sequence));
    const decoding = alive.filter((sequence) => sequence.pending === 1);
    if (decoding.length > budget) return [];
    let left = budget - decoding.length;
    const slices = decoding.map((sequence): Slice => {
      const drafts = this.#draft(sequence, { most: left, rows: decoding.length });
      left -= drafts.length;
      return { sequence, tokens: 1, drafts };
    });
    left = Math.min(left, this.#parts.prefillTokens);
    for (const sequence of alive.filter((other) => other.pending > 1).toSorted(this.#compare)) {
      const tokens = Math.min(left, sequence.pending);
      if (tokens > 0) slices.push({ sequence, tokens, drafts: NO_DRAFTS });
      left -= tokens;
    }
    return slices;
  }

  #draft(sequence: Sequence, room: { most: number; rows: number }): Int32Array {
    const { draftTokens, limits } = this.#parts;
    // The token drawn after the last draft must still be allowed, and fit the window.
    const end = Math.min(sequence.allowance - 1, limits.contextTokens - sequence.tokens.length - 1);
    const most = Math.min(draftTokens, room.most, end);
    if (most <= 0) return NO_DRAFTS;
    const worthwhile = worthwhileAcceptance(room.rows);
    const answerStart = sequence.owner.request.prompt.length;
    return sequence.drafter.propose(sequence.tokens, { most, worthwhile, answerStart });
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

export function rowsOf(slices: readonly Slice[]): number {
  return slices.reduce((sum, slice) => sum + slice.tokens + slice.drafts.length, 0);
}
