import type { RegexArena } from "./arena.ts";
import type { RegexNode, RegexTerm } from "./node.ts";

/** Bytes of a UTF-16 unit inside a JSON string at most: an escape. */
const MOST_BYTES_PER_UNIT = 6;
/** Sequences of more parts than this are counted to their end. */
const DEEPEST = 500;

interface ClipOptions {
  readonly arena: RegexArena;
  readonly length: number;
  readonly depth?: number;
}

/**
 * A node with the same future for the next `length` code points, which counts no further: after each text of at most so many,
 * both are dead or alive alike, and accept alike. Unions and sequences keep this; an intersection does where it is known
 * that what it is cut to leaves room enough.
 */
export function clipped(node: RegexNode, { arena, length, depth = 0 }: ClipOptions): RegexNode {
  const { term } = node;
  if (!node.hasCounts || depth === DEEPEST) return node;
  const inner = (part: RegexNode): RegexNode => clipped(part, { arena, length, depth: depth + 1 });
  switch (term.op) {
    case "concat":
      return arena.concat(inner(term.head), inner(term.tail));
    case "or":
      return arena.or(term.parts.map(inner));
    case "repeat": {
      // Every turn takes a character, or the empty text is among them: then there is no telling how many turns there were.
      if (term.inner.accepts) return node;
      return arena.repeat(term.inner, Math.min(term.min, length + 1), term.max > length ? Infinity : term.max);
    }
    case "and": {
      const text = withinLength(term.parts, length, arena);
      if (text === undefined) return node;
      return text.min === 0
        ? inner(text.node)
        : arena.and([text.node, arena.repeat(arena.anyChar, text.min, Infinity)]);
    }
    default:
      return node;
  }
}

/**
 * The one language that a length bounds and the least length of its texts, where nothing that follows within `length` code
 * points comes near to the greatest: what is not long enough yet can be long enough, and complete `mostBytes` later.
 */
function withinLength(
  parts: readonly RegexNode[],
  length: number,
  arena: RegexArena,
): { readonly node: RegexNode; readonly min: number } | undefined {
  const isLength = ({ term }: RegexNode): boolean => term.op === "repeat" && term.inner === arena.anyChar;
  const bound = parts.find(isLength)?.term;
  const [node, ...others] = parts.filter((part) => !isLength(part));
  if (bound?.op !== "repeat" || node === undefined || others.length > 0) return undefined;
  return bound.max >= bound.min + length + node.mostBytes ? { node, min: bound.min } : undefined;
}

/** Whether a term counts anything that a clip may stop counting. */
export function hasCounts(term: RegexTerm): boolean {
  switch (term.op) {
    case "concat":
      return term.head.hasCounts || term.tail.hasCounts;
    case "or":
    case "and":
      return term.parts.some((part) => part.hasCounts);
    case "repeat":
      return term.min > 1 || (term.max > 1 && term.max < Infinity);
    default:
      return false;
  }
}

/**
 * Bytes that suffice, inside a JSON string, to complete a member from any beginning of one; Infinity where nothing is known, which
 * is so of intersections and complements.
 */
export function mostBytesOf(term: RegexTerm, own: { readonly bytes: number; readonly isExact: boolean }): number {
  const shortest = own.isExact ? own.bytes : Infinity;
  switch (term.op) {
    case "empty":
    case "epsilon":
      return 0;
    case "chars":
      return shortest;
    case "words":
      return MOST_BYTES_PER_UNIT * term.texts.reduce((most, text) => Math.max(most, text.length), 0);
    case "concat":
      return Math.max(term.head.mostBytes + shortestOf(term.tail), term.tail.mostBytes);
    case "or":
      return term.parts.reduce((most, part) => Math.max(most, part.mostBytes), 0);
    case "repeat": {
      const { inner, min } = term;
      return Math.max(shortest, inner.mostBytes + (min > 1 ? (min - 1) * shortestOf(inner) : 0));
    }
    default:
      return Infinity;
  }
}

function shortestOf(node: RegexNode): number {
  return node.isExact ? node.leastBytes : Infinity;
}
