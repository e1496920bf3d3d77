import type { WorkMeter } from "../work-meter.ts";
import type { RegexNode, RegexTerm } from "./node.ts";

/**
 * Bytes of a shortest member of the language, written inside a JSON string; Infinity when the language is empty. One
 * best-first search per unknown node, led by `RegexNode.leastBytes` (A*): it ends at the first accepting or already known
 * node, and what it proves for the nodes on that path (or, when it finds none, for every node it saw) is remembered.
 */
export function shortestBytes(start: RegexNode, meter: WorkMeter): number {
  const distance = new Map<RegexNode, number>([[start, 0]]);
  const cameFrom = new Map<RegexNode, RegexNode>();
  const first = estimate(start);
  /** By what they may come to in all, `first` and more. */
  const buckets: RegexNode[][] = [[start]];
  for (let more = 0; more < buckets.length; more++) {
    for (const node of buckets[more] ?? []) {
      const bytes = distance.get(node)!;
      if (bytes + estimate(node) !== first + more) continue;
      meter.spend(1);
      if (node.accepts || node.knownBytes !== undefined)
        return remember(node, { distance, cameFrom, best: first + more });
      forEachStep(node, (target, cost) => {
        const reached = bytes + cost;
        const place = reached + estimate(target) - first;
        if (place === Infinity || reached >= (distance.get(target) ?? Infinity)) return;
        distance.set(target, reached);
        cameFrom.set(target, node);
        (buckets[place] ??= []).push(target);
      });
    }
  }
  for (const node of distance.keys()) node.knownBytes = Infinity;
  return Infinity;
}

function estimate(node: RegexNode): number {
  return node.accepts ? 0 : (node.knownBytes ?? node.leastBytes);
}

function remember(
  end: RegexNode,
  found: { distance: Map<RegexNode, number>; cameFrom: Map<RegexNode, RegexNode>; best: number },
): number {
  const { distance, cameFrom, best } = found;
  for (let node: RegexNode | undefined = end; node !== undefined; node = cameFrom.get(node)) {
    node.knownBytes ??= best - distance.get(node)!;
  }
  return best;
}

/**
 * What a node takes at least: the bytes of its shortest member where it is made without intersection and complement
 * (`isExact`), and otherwise at most that.
 */
export function leastBytesOf(term: RegexTerm): { bytes: number; isExact: boolean } {
  switch (term.op) {
    case "empty":
      return { bytes: Infinity, isExact: true };
    case "epsilon":
      return { bytes: 0, isExact: true };
    case "chars": {
      let bytes = Infinity;
      for (let i = 0; i < term.set.length; i += 2)
        bytes = Math.min(bytes, cheapestByteLength(term.set[i]!, term.set[i + 1]!));
      return { bytes, isExact: true };
    }
    case "words":
      return { bytes: shortestOf(term.texts), isExact: true };
    case "concat":
      return {
        bytes: term.head.leastBytes + term.tail.leastBytes,
        isExact: term.head.isExact && term.tail.isExact,
      };
    case "or":
      return { bytes: Math.min(...term.parts.map(leastBytes)), isExact: term.parts.every(isExact) };
    case "and":
      return { bytes: Math.max(...term.parts.map(leastBytes)), isExact: false };
    case "not":
      return { bytes: term.inner.accepts ? 1 : 0, isExact: false };
    case "repeat":
      return { bytes: term.min === 0 ? 0 : term.min * term.inner.leastBytes, isExact: term.inner.isExact };
  }
}

function leastBytes(node: RegexNode): number {
  return node.leastBytes;
}

function isExact(node: RegexNode): boolean {
  return node.isExact;
}

function forEachStep(node: RegexNode, visit: (target: RegexNode, cost: number) => void): void {
  const cuts = node.cuts();
  for (let i = 0; i < cuts.length; i++) {
    const target = node.target(i);
    if (target.term.op === "empty") continue;
    const cost = cheapestByteLength(cuts[i]!, (cuts[i + 1] ?? 0x110000) - 1);
    if (cost !== Infinity) visit(target, cost);
  }
}

/** Bytes of the shortest of some texts, each inside a JSON string; Infinity where none of them can be written. */
export function shortestOf(texts: readonly string[]): number {
  let least = Infinity;
  // No text has fewer bytes than units.
  for (const text of texts) if (text.length < least) least = Math.min(least, bytesInside(text));
  return least;
}

/** Bytes of a text inside a JSON string. */
export function bytesInside(text: string): number {
  let bytes = 0;
  for (const char of text) bytes += cheapestByteLength(char.codePointAt(0)!, char.codePointAt(0)!);
  return bytes;
}

const SHORT_ESCAPES = [0x08, 0x09, 0x0a, 0x0c, 0x0d];

/** Bytes of the cheapest code point of [lo, hi] inside a JSON string; Infinity when it holds surrogates only. */
export function cheapestByteLength(lo: number, hi: number): number {
  const plain = Math.max(lo, 0x20);
  for (let char = plain; char <= Math.min(hi, plain + 1, 0x7f); char++) {
    if (char !== 0x22 && char !== 0x5c) return 1;
  }
  if (lo < 0x20) return hi >= 0x22 || SHORT_ESCAPES.some((char) => lo <= char && char <= hi) ? 2 : 6;
  if (lo < 0x800) return 2;
  if (lo < 0xd800 || (lo < 0x10000 && hi >= 0xe000)) return 3;
  return lo <= 0xdfff && hi < 0xe000 ? Infinity : 4;
}
