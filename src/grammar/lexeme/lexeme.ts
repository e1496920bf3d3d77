import type { ByteRange } from "./byte-range.ts";

/**
 * A state inside one lexeme (a string, a number, `true`) that is being written byte by byte. Alive by construction, as
 * `TextState` is: `next` answers undefined rather than a state from which the lexeme cannot be completed.
 */
export interface Lexeme {
  /** Unique among all lexemes of one grammar. */
  readonly id: number;
  /** Whether the lexeme may end here. */
  readonly accepts: boolean;
  /** Whether it must end here: it accepts and no byte can follow. */
  readonly ended: boolean;
  /** Which of several languages the ended lexeme belongs to; -1 when there is nothing to tell apart. */
  readonly label: number;
  /** Bytes after which the lexeme can be complete; an upper bound that some next byte always lowers by one. */
  bytesToAccept(): number;
  next(byte: number): Lexeme | undefined;
  /** Bytes around `byte` that all lead to the same lexeme, or that all lead nowhere. */
  alike(byte: number): ByteRange;
  /** How many arbitrary plain characters of text (no quote, backslash or control) may follow. */
  readonly freeLength: number;
  /** For strings: as `TextState.barred`. */
  readonly barred?: readonly number[] | undefined;
  /** The same where the state is inside any one character: how many arbitrary ones may follow that one. */
  readonly freeAfterCharacter?: number;
  /** For strings: as `TextState.outline`. Without it a lexeme is like itself alone. */
  readonly outline?: string | undefined;
  /** A lexeme with the same future for the next `length` bytes, out of a bounded number of such lexemes. */
  clip(length: number): Lexeme;
}

/** A value made once per key: how states are hash-consed. */
export class Interner<T> {
  readonly #known = new Map<string | number, T>();

  get(key: string | number, make: () => T): T {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.#known.set(key, made);
    return made;
  }

  clear(): void {
    this.#known.clear();
  }
}
