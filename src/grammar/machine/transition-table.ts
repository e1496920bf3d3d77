import { Configuration } from "./configuration.ts";
import type { Interner } from "../lexeme/lexeme.ts";
import type { TextBefore, Thread } from "./thread.ts";

/** No text goes on this way. */
export const DEAD = -1;
/** The step read the text before it, so that its outcome is not remembered. */
export const IMPURE = -2;
/** Subtracted from the negated row of a step that went on without reading: right for a look ahead, not for good. */
const TENTATIVE = -3;
const ROW_BYTES = 1024;

/**
 * The deterministic automaton over configurations, made lazily: rows of 256 next rows, 0 where a step was never taken.
 * Bounded: `trim` forgets everything once it holds more than `maxBytes`; configurations that callers still hold stay
 * usable and get a new row when they are next stepped from.
 */
export class TransitionTable {
  readonly #interners: readonly Interner<unknown>[];
  readonly #maxRows: number;
  readonly #bySingle = new Map<Thread, Configuration>();
  readonly #byThreads = new Map<string, Configuration>();
  #epoch = 1;
  #byRow: Configuration[] = [];
  /** `next[(row << 8) | byte]`; replaced when it grows, so read it again after every `step`. */
  next = new Int32Array(256 * 32);

  /** `interners`: those that are cleared together with the table. */
  constructor(maxBytes: number, interners: readonly Interner<unknown>[]) {
    this.#maxRows = Math.max(64, Math.floor(maxBytes / ROW_BYTES));
    this.#interners = interners;
    this.#byRow.push(new Configuration([])); // row 0 means "unknown"
  }

  get rowCount(): number {
    return this.#byRow.length;
  }

  get bytes(): number {
    return this.next.byteLength;
  }

  /** The configuration of these threads; undefined when there are none. */
  configuration(threads: readonly Thread[]): Configuration | undefined {
    const first = threads[0];
    if (first === undefined) return undefined;
    if (threads.every((thread) => thread === first))
      return known(this.#bySingle, first, () => new Configuration([first]));
    const unique = [...new Set(threads)].toSorted((a, b) => a.id - b.id);
    const key = unique.map((thread) => thread.id).join();
    return known(this.#byThreads, key, () => new Configuration(unique));
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
   * The row after one more byte, or DEAD, or IMPURE; remembered. A value below IMPURE is a tentative row, see
   * `tentativeRow`.
   */
  step(row: number, byte: number): number {
    const cell = (row << 8) | byte;
    const remembered = this.next[cell]!;
    if (remembered !== 0) return remembered;
    const unread = new UnreadText();
    const threads = this.at(row).threadsAfter(byte, unread);
    let after = unread.wasNeeded ? IMPURE : this.#rowAfter(threads);
    if (unread.wasAskedFor && after > 0) after = TENTATIVE - after;
    this.next[cell] = after;
    return after;
  }

  /** One step without a row of its own: for text that is only read once. */
  follow(from: Configuration, byte: number, before: TextBefore): Configuration | undefined {
    if (from.epoch === this.#epoch) {
      const remembered = this.next[(from.row << 8) | byte]!;
      if (remembered > 0) return this.at(remembered);
      if (remembered === DEAD) return undefined;
    }
    return this.configuration(from.threadsAfter(byte, before));
  }

  /** Forgets everything if the table outgrew its bounds. */
  trim(): void {
    if (this.#byRow.length <= this.#maxRows && this.#bySingle.size + this.#byThreads.size <= 16 * this.#maxRows) return;
    this.#epoch++;
    this.#byRow = [new Configuration([])];
    this.next = new Int32Array(256 * 32);
    this.#bySingle.clear();
    this.#byThreads.clear();
    for (const interner of this.#interners) interner.clear();
  }

  #rowAfter(threads: readonly Thread[]): number {
    const configuration = this.configuration(threads);
    return configuration === undefined ? DEAD : this.rowOf(configuration);
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

function known<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
