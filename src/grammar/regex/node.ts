import { ANY_TEXT, type TextState } from "../lexeme/text-state.ts";
import type { CharSet } from "./char-set.ts";
import type { RegexArena } from "./arena.ts";
import { clipped, hasCounts, mostBytesOf } from "./clip.ts";
import { type PlainRoom, plainRoomAfter } from "./free.ts";
import { leastBytesOf } from "./shortest.ts";

/** The operators of the regex algebra. Every node is hash-consed by its arena: equal nodes are the same object. */
export type RegexTerm =
  | { readonly op: "empty" }
  | { readonly op: "epsilon" }
  | { readonly op: "chars"; readonly set: CharSet }
  /** One of these texts, sorted: prefixes are shared as derivatives, so that a text that is never begun costs nothing. */
  | { readonly op: "words"; readonly texts: readonly string[] }
  | { readonly op: "concat"; readonly head: RegexNode; readonly tail: RegexNode }
  | { readonly op: "or"; readonly parts: readonly RegexNode[] }
  | { readonly op: "and"; readonly parts: readonly RegexNode[] }
  | { readonly op: "not"; readonly inner: RegexNode }
  | { readonly op: "repeat"; readonly inner: RegexNode; readonly min: number; readonly max: number };

/**
 * A regular language of code points, which is at the same time a state of its own automaton: the state after a code
 * point is the derivative (Brzozowski 1964), computed once per interval of code points that behave alike.
 */
export class RegexNode implements TextState {
  readonly id: number;
  readonly term: RegexTerm;
  /** Whether the empty text is in the language. */
  readonly accepts: boolean;
  readonly label = -1;
  readonly #arena: RegexArena;
  #cuts: readonly number[] | undefined;
  readonly #targets: (RegexNode | undefined)[] = [];
  /** See `leastBytesOf`. */
  readonly leastBytes: number;
  readonly isExact: boolean;
  /** See `mostBytesOf`. */
  readonly mostBytes: number;
  /** Whether it counts what `clip` may stop counting. */
  readonly hasCounts: boolean;
  /** Whether some member begins with any text whatever, and ever more do: surely so where it is said. */
  readonly isEndless: boolean;
  /** Bytes of a shortest member once known; see `shortest.ts`. */
  knownBytes: number | undefined;
  #room: PlainRoom | undefined;

  constructor(parts: { id: number; term: RegexTerm; accepts: boolean; arena: RegexArena }) {
    this.id = parts.id;
    this.term = parts.term;
    this.accepts = parts.accepts;
    this.#arena = parts.arena;
    const { bytes, isExact } = leastBytesOf(parts.term);
    this.leastBytes = bytes;
    this.isExact = isExact;
    this.mostBytes = mostBytesOf(parts.term, { bytes, isExact });
    this.hasCounts = hasCounts(parts.term);
    if (isExact || bytes === Infinity) this.knownBytes = bytes;
    this.isEndless = isEndless(parts.term, parts.arena);
  }

  bytesToAccept(): number {
    return this.#arena.shortestBytes(this);
  }

  next(codePoint: number): RegexNode | undefined {
    const target = this.derivative(codePoint);
    return this.#arena.shortestBytes(target) === Infinity ? undefined : target;
  }

  alike(codePoint: number): [number, number] {
    const cuts = this.cuts();
    const interval = intervalOf(cuts, codePoint);
    return [cuts[interval]!, (cuts[interval + 1] ?? 0x110000) - 1];
  }

  /** The language of the rests after `codePoint`; may be empty. */
  derivative(codePoint: number): RegexNode {
    return this.target(intervalOf(this.cuts(), codePoint));
  }

  bytesAfter(lo: number, hi: number): number {
    const cuts = this.cuts();
    let least = Infinity;
    for (let i = intervalOf(cuts, lo); i < cuts.length && cuts[i]! <= hi; i++) {
      least = Math.min(least, this.#arena.shortestBytes(this.target(i)));
    }
    return least;
  }

  common(lo: number, hi: number): RegexNode | undefined {
    const cuts = this.cuts();
    const first = intervalOf(cuts, lo);
    const target = this.target(first);
    for (let i = first + 1; i < cuts.length && cuts[i]! <= hi; i++) if (this.target(i) !== target) return undefined;
    return this.#arena.shortestBytes(target) === Infinity ? undefined : target;
  }

  /** Starts of the intervals of code points that lead to the same derivative; the first is 0. */
  cuts(): readonly number[] {
    return (this.#cuts ??= this.#arena.cutsOf(this));
  }

  /** The derivative by the code points of the i-th interval. */
  target(interval: number): RegexNode {
    return (this.#targets[interval] ??= this.#arena.derive(this, this.cuts()[interval]!));
  }

  /** Whether no derivative is known yet. */
  get isFresh(): boolean {
    return this.#targets.length === 0;
  }

  forget(): void {
    this.#targets.length = 0;
    this.#cuts = undefined;
  }

  get freeLength(): number {
    if (this.isEndless) return Infinity;
    const { term } = this;
    if (term.op === "repeat" && term.inner === this.#arena.anyChar) return term.max;
    return this.#plainRoom.length;
  }

  get barred(): readonly number[] | undefined {
    const { barred } = this.#plainRoom;
    return barred.length > 0 ? barred : undefined;
  }

  get #plainRoom(): PlainRoom {
    return (this.#room ??= plainRoomAfter(this, this.#arena.meter));
  }

  get outline(): string | undefined {
    return this === this.#arena.anyText ? ANY_TEXT : undefined;
  }

  clip(length: number): RegexNode {
    return clipped(this, { length, arena: this.#arena });
  }
}

/** Of finitely many members. */
const SHORT: ReadonlySet<RegexTerm["op"]> = new Set(["epsilon", "chars", "words"]);

/**
 * What begins with any text and then goes on in some way (`anyText` and more, as patterns that may match anywhere do) stays
 * so after every character; and taking single words out of it leaves enough.
 */
function isEndless(term: RegexTerm, { anyChar }: RegexArena): boolean {
  switch (term.op) {
    case "repeat":
      return term.inner === anyChar && term.max === Infinity;
    case "concat":
      return term.head.isEndless && term.tail.isExact && term.tail.leastBytes !== Infinity;
    case "or":
      return term.parts.some((part) => part.isEndless);
    case "not":
      return SHORT.has(term.inner.term.op);
    case "and": {
      const others = term.parts.filter(({ term: one }) => one.op !== "not" || !SHORT.has(one.inner.term.op));
      return others.length === 0 || (others.length === 1 && others[0]!.isEndless);
    }
    default:
      return false;
  }
}

function intervalOf(cuts: readonly number[], codePoint: number): number {
  let lo = 0;
  let hi = cuts.length - 1;
  while (lo < hi) {
    const middle = (lo + hi + 1) >> 1;
    if (cuts[middle]! <= codePoint) lo = middle;
    else hi = middle - 1;
  }
  return lo;
}
