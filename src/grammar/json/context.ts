import type { JsonStrings } from "../lexeme/json-string.ts";
import type { Frame, Store, Thread } from "../machine/thread.ts";
import type { Gaps } from "./gap.ts";
import type { ValueType } from "./value-type.ts";

/** What every thread inside JSON shares. */
export interface JsonContext {
  readonly store: Store;
  readonly strings: JsonStrings;
  readonly gaps: Gaps;
  /** The thread before a value, whitespace still to come. */
  value(type: ValueType, frame: Frame): Thread;
  /** Pushes what the first byte of a value leads to. */
  startValue(type: ValueType, frame: Frame, step: { byte: number; out: Thread[] }): void;
}
