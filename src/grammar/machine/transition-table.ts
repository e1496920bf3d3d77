import { GrammarError } from "../grammar-error.ts";
import { isSpace } from "../json/gap.ts";
import { Configuration } from "./configuration.ts";
import type { Store, TextBefore, Thread } from "./thread.ts";

/** No text goes on this way. */
export const DEAD = -1;
/** The step read the text before it, so that its outcome is not remembered. */
export const IMPURE = -2;
/** Subtracted from the negated row of a step that went on without reading: right for a look ahead, not for good. */
const TENTATIVE = -3;
const ROW_BYTES = 1024;
/** What a configuration takes on average, and what a thread, a frame or a state does that it is made of. */
const CONFIGURATION_BYTES = 256;
const STATE_BYTES = 384;
/** Ways to read a text at once: grammars that are far more ambiguous than that are refused when it shows. */
const MAX_THREADS = 20_000;

/**
 * The deterministic automaton over configurations, made lazily: rows of 256 next rows, 0 where a step was never taken.
 * Bounded: `trim` forgets everything once it holds more than `maxBytes`; configurations that callers still hold stay
 * usable and get a new row when they are next stepped from.
 */
export class TransitionTable {
  readonly #store: Store;
  readonly #forget: () => void;
  #madeBefore: number;
  readonly #reach: number;
  readonly #maxBytes: number;
  readonly #bySingle = new Map<Thread, Configuration>();
  readonly #byThreads = new Map<string, Configuration>();
  #epoch = 1;
  #byRow: Configuration[] = [];
  /** `next[(row << 8) | byte]`; replaced when it grows, so read it again after every `step`. */
  next = new Int32Array(256 * 32);

  /** `reach`: bytes of the longest token; `store`: where the threads are from; `forget`: has them forgotten, with the table. */
  constructor(parts: { maxBytes: number; reach: number; store: Store; forget: () => void }) {
    this.#maxBytes = Math.max(64 * ROW_BYTES, parts.maxBytes);
    this.#reach = parts.reach;
    this.#store = parts.store;
    this.#forget = parts.forget;
    this.#madeBefore = parts.store.made;
    this.#byRow.push(new Configuration([])); // row 0 means "unknown"
  }

  get rowCount(): number {
    return this.#byRow.length;
  }

  /** Rows in use, configurations, those without a row too, and the states made since the last trim, as an estimate. */
  get bytes(): number {
    const configurations = this.#bySingle.size + this.#byThreads.size;
    const states = this.#store.made - this.#madeBefore;
    return this.#byRow.length * ROW_BYTES + configurations * CONFIGURATION_BYTES + states * STATE_BYTES;
  }

  /** The configuration of these threads; undefined when there are none. */
  configuration(threads: readonly Thread[]): Configuration | undefined {
    const first = threads[0];
    if (first === undefined) return undefined;
    if (threads.length === 1 || threads.every((thread) => thread === first)) return this.#ofOne(first);
    const unique = [...new Set(threads)].toSorted((a, b) => a.id - b.id);
    if (unique.length > MAX_THREADS) {
      throw new GrammarError({ code: "too_large", reason: `the text can be read in more than ${MAX_THREADS} ways` });
    }
    const key = unique.map((thread) => thread.id).join();
    const known = this.#byThreads.get(key);
    if (known !== undefined) return known;
    const made = new Configuration(unique);
    this.#byThreads.set(key, made);
    return made;
  }

  rowOf(configuration: Configuration): number {
    if (configuration.epoch === this.#epoch) return configuration.row;
    configuration.epoch = this.#epoch;
    configuration.row = this.#byRow.push(configuration) - 1;
    if (this.#byRow.length << 8 > this.next.length) {
      const grown = new Int32Array(this.next.length * 2);
      grown.set(this.next);
      this.next = grown;
    }
    return configuration.row;
  }

  at(row: number): Configuration {
    return this.#byRow[row]!;
  }

  /**
   * The row after one more byte, or DEAD, or IMPURE; remembered, for all bytes that mean the same here. A value below
   * IMPURE is a tentative row, see `tentativeRow`.
   */
  step(row: number, byte: number): number {
    const remembered = this.next[(row << 8) | byte]!;
    if (remembered !== 0) return remembered;
    const from = this.at(row);
    const settled = isSpace(byte) ? from : this.settled(from);
    const after = settled === from ? this.#computed(from, byte) : this.step(this.rowOf(settled), byte);
    const alike = from.alike(byte);
    this.next.fill(after, (row << 8) | (alike >> 8), ((row << 8) | (alike & 0xff)) + 1);
    return after;
  }

  /**
   * Where a step leads, or DEAD, or IMPURE. It makes no row, which is for states that are asked about once; free text is asked
   * about byte after byte, and has one.
   */
  glance(from: Configuration, byte: number): Configuration | typeof DEAD | typeof IMPURE {
    if (from.epoch === this.#epoch || from.isInAnyText) {
      const after = this.step(this.rowOf(from), byte);
      if (after === DEAD || after === IMPURE) return after;
      return this.at(after > 0 ? after : tentativeRow(after));
    }
    const unread = new UnreadText();
    const threads = from.threadsAfter(byte, unread);
    return unread.wasNeeded ? IMPURE : (this.configuration(threads) ?? DEAD);
  }

  /**
   * The configuration after one more byte of a text. What depends on the text is computed, and so is what comes after
   * one of unboundedly many configurations (those that count further than a token reaches): they have no rows.
   */
  follow(from: Configuration, byte: number, before: TextBefore): Configuration | undefined {
    if (from.epoch === this.#epoch || this.common(from) === from) {
      const after = this.step(this.rowOf(from), byte);
      if (after > 0) return this.at(after);
      if (after === DEAD) return undefined;
    }
    return this.configuration(from.threadsAfter(byte, before));
  }

  /** The configuration before any whitespace of the gap it is in; itself where it is in none. */
  settled(from: Configuration): Configuration {
    return (from.settled ??= from.threads.some((thread) => thread.settled !== undefined)
      ? this.configuration(from.threads.map((thread) => thread.settled ?? thread))!
      : from);
  }

  /**
   * One of boundedly many configurations with the same future as far as a token reaches: what counts the characters of a
   * long string or the items of an array stops counting there.
   */
  common(from: Configuration): Configuration {
    return (from.common ??= this.configuration(from.threads.map((thread) => thread.clip(this.#reach)))!);
  }

  /** Forgets everything if the table outgrew its bounds; whether it did. */
  trim(): boolean {
    if (this.bytes <= this.#maxBytes) return false;
    this.#epoch++;
    this.#byRow = [new Configuration([])];
    this.next = new Int32Array(256 * 32);
    this.#bySingle.clear();
    this.#byThreads.clear();
    this.#forget();
    this.#madeBefore = this.#store.made;
    return true;
  }

  #computed(from: Configuration, byte: number): number {
    const unread = new UnreadText();
    const threads = from.threadsAfter(byte, unread);
    if (unread.wasNeeded) return IMPURE;
    const configuration = this.configuration(threads);
    if (configuration === undefined) return DEAD;
    const row = this.rowOf(configuration);
    return unread.wasAskedFor ? TENTATIVE - row : row;
  }

  #ofOne(thread: Thread): Configuration {
    const known = this.#bySingle.get(thread);
    if (known !== undefined) return known;
    const made = new Configuration([thread]);
    this.#bySingle.set(thread, made);
    return made;
  }
}

/** The row that a tentative step leads to. */
export function tentativeRow(step: number): number {
  return TENTATIVE - step;
}

/** Stands in for the text while a step is computed to be remembered. */
class UnreadText implements TextBefore {
  wasAskedFor = false;
  wasNeeded = false;

  closingString(): undefined {
    this.wasAskedFor = true;
    return undefined;
  }

  lastValue(): unknown {
    this.wasNeeded = true;
    return null;
  }

  need(): void {
    this.wasNeeded = true;
  }
}
