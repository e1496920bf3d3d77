import type { ByteRange } from "../lexeme/byte-range.ts";
import type { Likeness } from "./likeness.ts";
import type { Nest, Nests } from "./nest.ts";

/** What part of an answer a byte belongs to. `content` is free text; names and arguments belong to the latest call. */
export type SpanKind = "content" | "call_name" | "call_arguments" | "call_id" | "thinking" | "syntax";

/**
 * The text that was written before the byte being stepped over. Reading it makes the step depend on more than its
 * thread, so that the machine does not remember its outcome.
 */
export interface TextBefore {
  /**
   * The decoded JSON string whose closing quote is being stepped over. Undefined when a step is computed to be
   * remembered: the thread may then go on without the string if that makes no difference before the next reading.
   */
  closingString(): string | undefined;
  /** The complete JSON value that the text ends with. */
  lastValue(): unknown;
  /** Says that the step is wrong without the text that was missing. */
  need(): void;
}

/**
 * One way to read the text so far: a position and, as frames, everything still to come around it. Threads are immutable
 * and hash-consed, and alive by construction: from each of them the text can be completed.
 */
export interface Thread {
  readonly id: number;
  /** Whether the whole text may end here. */
  readonly accepts: boolean;
  readonly span: SpanKind;
  /** Arbitrary plain characters that may follow; see `Lexeme.freeLength`. */
  readonly freeLength: number;
  /** See `Lexeme.barred`. */
  readonly barred?: readonly number[] | undefined;
  /** See `Lexeme.freeAfterCharacter`. */
  readonly freeAfterCharacter?: number | undefined;
  /** Bytes after which the whole text can be complete; an upper bound that some next byte always lowers by one. */
  bytesToClose(): number;
  /** Pushes the threads after one more byte. */
  step(byte: number, out: Thread[], before: TextBefore): void;
  /** Bytes around `byte` after all of which the threads are the same. */
  alike(byte: number): ByteRange;
  /** Pushes the threads after a control token. */
  stepToken?(token: number, out: Thread[]): void;
  /** Control tokens that may come next. */
  readonly tokens?: readonly number[];
  /** Whether whitespace that may come next stands before the part of the answer that `span` names. */
  readonly isBeforeSpan?: boolean;
  /** The same place before any whitespace was written there: all bytes but whitespace lead to the same threads. */
  readonly settled?: Thread;
  /** Whether whitespace may stand here, and in every gap behind, as it may everywhere else. */
  readonly isLoose?: boolean;
  /** Whether nothing at all may follow. */
  readonly isEnd?: boolean;
  /** A thread with the same future for the next `length` bytes, out of a bounded number of such threads. */
  clip(length: number): Thread;
  /**
   * Equal for threads that the same tokens may follow; see `Likeness`. Without it a thread is like itself alone. `isFree`:
   * another thread takes any text, so that inside a key only what closes it makes a difference.
   */
  likeness?(compare: Likeness, isFree: boolean): string;
  /** Whether any text may come here: every plain character, and every escape. */
  readonly isInAnyText?: boolean;
}

/** What is still to come after a part of the text is complete: the stack of the machine, as a linked list. */
export interface Frame {
  readonly id: number;
  readonly span: SpanKind;
  /** The threads and frames directly inside. */
  readonly nest: Nest;
  /** Whether the part that this frame waits for stands behind a colon or a comma. */
  readonly isSeparated?: boolean;
  /** Whether the part that this frame waits for is all of a span. */
  readonly holdsSpan?: boolean;
  /** The threads just after the part. */
  after(): readonly Thread[];
  /** Bytes from just after the part to the end of the text; as `Thread.bytesToClose`. */
  bytesToClose(): number;
  clip(length: number): Frame;
  /** Equal for frames behind whose part the same ends of tokens may stand. Without it a frame is like itself alone. */
  likeness?(compare: Likeness): string;
}

/** What the threads and frames of one grammar share. */
export interface Store {
  /** The nest of the outermost frame. */
  readonly nest: Nest;
  /** All nests; may be cleared at any time. */
  readonly nests: Nests;
  readonly nextId: () => number;
  /** How many ids were given: states of all kinds that were made so far. */
  readonly made: number;
}
