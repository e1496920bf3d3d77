import { type ByteRange, rangesBetween } from "../lexeme/byte-range.ts";
import type { Likeness } from "../machine/likeness.ts";
import { Nest } from "../machine/nest.ts";
import type { Frame, TextBefore, Thread } from "../machine/thread.ts";
import type { JsonContext } from "./context.ts";
import type { Gap } from "./gap.ts";

/** What a place is made of. */
export interface PlaceParts {
  readonly context: JsonContext;
  /** The frame around: that of the value which is to come, or of the array or object which is being written. */
  readonly frame: Frame;
  /** Whether the place follows a colon or a comma. */
  readonly isSeparator: boolean;
  readonly isBeforeSpan?: boolean;
  /** As `Thread.bytesToClose`, whitespace aside. */
  bytesToClose(): number;
  /** Pushes what the first byte that is not whitespace leads to. */
  enter(byte: number, out: Thread[], before: TextBefore): void;
  /** As `Thread.clip`. */
  clip(length: number): Place;
  /** As `Thread.likeness`, whitespace aside; undefined where a key or a value stands before, and `TokenTails` say it all. */
  likeness?(compare: Likeness): string;
}

/** A place between two tokens of JSON, where whitespace may stand: one thread per progress in that gap. */
export class Place {
  readonly parts: PlaceParts;
  /** The thread before any whitespace. */
  readonly thread: Thread;
  readonly #gaps = new Map<Gap, Thread>();
  #waiting: Frame | undefined;

  constructor(parts: PlaceParts) {
    this.parts = parts;
    this.thread = new InGap(this, 0);
  }

  at(gap: Gap): Thread {
    if (gap === 0) return this.thread;
    let thread = this.#gaps.get(gap);
    if (thread === undefined) this.#gaps.set(gap, (thread = new InGap(this, gap)));
    return thread;
  }

  /** The frame of a value after which the text goes on here. */
  get waiting(): Frame {
    return (this.#waiting ??= new PlaceFrame(this));
  }
}

/** All that a byte can mean to a place: every other byte means nothing. */
const ALIKE = rangesBetween('\t\n\r ",-0123456789:[]fnt{}');

class InGap implements Thread {
  readonly id: number;
  readonly accepts = false;
  readonly freeLength = 0;
  readonly #place: Place;
  readonly #gap: Gap;

  constructor(place: Place, gap: Gap) {
    this.id = place.parts.context.store.nextId();
    this.#place = place;
    this.#gap = gap;
  }

  get span(): Frame["span"] {
    return this.#place.parts.frame.span;
  }

  get isBeforeSpan(): boolean {
    return this.#place.parts.isBeforeSpan === true;
  }

  get isLoose(): boolean {
    return this.#place.parts.context.gaps.isLoose;
  }

  get settled(): Thread {
    const { context, isSeparator } = this.#place.parts;
    return context.gaps.missing(0, isSeparator) === 0 ? this.#place.thread : this;
  }

  bytesToClose(): number {
    return this.#missing + this.#place.parts.bytesToClose();
  }

  step(byte: number, out: Thread[], before: TextBefore): void {
    const { context, isSeparator } = this.#place.parts;
    const gap = context.gaps.widened(this.#gap, byte, isSeparator);
    if (gap >= 0) out.push(this.#place.at(gap));
    else if (this.#missing === 0) this.#place.parts.enter(byte, out, before);
  }

  alike(byte: number): ByteRange {
    return ALIKE[byte]!;
  }

  clip(length: number): Thread {
    return this.#place.parts.clip(length).at(this.#gap);
  }

  likeness(compare: Likeness): string {
    const { parts, thread } = this.#place;
    return `${this.#gap},${parts.likeness?.(compare) ?? compare.behind(thread)}`;
  }

  get #missing(): number {
    const { context, isSeparator } = this.#place.parts;
    return context.gaps.missing(this.#gap, isSeparator);
  }
}

/** Waits for a value to be complete. */
class PlaceFrame implements Frame {
  readonly id: number;
  readonly isSeparated = true;
  readonly nest: Nest;
  readonly #place: Place;
  readonly #after: readonly Thread[];

  constructor(place: Place) {
    const { store } = place.parts.context;
    this.id = store.nextId();
    this.nest = new Nest(store.nests);
    this.#place = place;
    this.#after = [place.thread];
  }

  get span(): Frame["span"] {
    return this.#place.parts.frame.span;
  }

  after(): readonly Thread[] {
    return this.#after;
  }

  bytesToClose(): number {
    return this.#place.thread.bytesToClose();
  }

  clip(length: number): Frame {
    return this.#place.parts.clip(length).waiting;
  }

  likeness(compare: Likeness): string {
    return compare.behind(this.#place.thread);
  }
}
