/** The outline of a state that any code points may follow. */
export const ANY_TEXT = "any";

/**
 * A state of a deterministic automaton over code points that is alive: some text is still accepted from it. Dead states
 * do not exist; `next` answers undefined instead. This is what keeps a mask from ever leading into a dead end.
 */
export interface TextState {
  /** Unique among all states of one grammar. */
  readonly id: number;
  /** Whether the text may end here. */
  readonly accepts: boolean;
  /** What was recognised when the text ends here (the number of an object key); -1 when there is nothing to tell apart. */
  readonly label: number;
  /** Bytes of a shortest accepted rest, written as the inside of a JSON string. An upper bound that steps never raise. */
  bytesToAccept(): number;
  next(codePoint: number): TextState | undefined;
  /** Code points around `codePoint`, the first and the last, that all lead to the same state, or that all lead nowhere. */
  alike(codePoint: number): readonly [number, number];
  /** The least `bytesToAccept` after one code point of [lo, hi]; Infinity when none of them can follow. */
  bytesAfter(lo: number, hi: number): number;
  /** The state after every code point of [lo, hi], when they all lead to the same one. */
  common(lo: number, hi: number): TextState | undefined;
  /** How many arbitrary code points may follow whatever they are, the text still being alive: 0 when not all may. */
  readonly freeLength: number;
  /** The characters, out of a hundred, that never may follow, where any plain text without them may; undefined elsewhere. */
  readonly barred?: readonly number[] | undefined;
  /** Equal for states that the same code points may follow, any number of them, where texts end set aside. */
  readonly outline?: string | undefined;
  /** A state with the same future for the next `length` code points, out of a bounded number of such states. */
  clip(length: number): TextState;
}
