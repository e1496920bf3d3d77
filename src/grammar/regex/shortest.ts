import type { WorkMeter } from "../work-meter.ts";
import type { RegexNode } from "./node.ts";

/**
 * Bytes of a shortest member of the language, written inside a JSON string; Infinity when the language is empty. One
 * best-first search per unknown node: it ends at the first accepting or already known node, and what it proves for the
 * nodes on that path (or, when it finds none, for every node it saw) is remembered.
 */
export function shortestBytes(start: RegexNode, meter: WorkMeter): number {
  const buckets: RegexNode[][] = [[start]];
  const distance = new Map<RegexNode, number>([[start, 0]]);
  const cameFrom = new Map<RegexNode, RegexNode>();
  let best = Infinity;
  let end: RegexNode | undefined;
  for (let bytes = 0; bytes < buckets.length && bytes < best; bytes++) {
    for (const node of buckets[bytes] ?? []) {
      if (distance.get(node) !== bytes) continue;
      meter.spend(1);
      const rest = node.accepts ? 0 : node.knownBytes;
      if (rest !== undefined) {
        if (bytes + rest < best) {
          best = bytes + rest;
          end = node;
        }
        continue;
      }
      forEachStep(node, (target, cost) => {
        const reached = bytes + cost;
        if (reached >= (distance.get(target) ?? Infinity)) return;
        distance.set(target, reached);
        cameFrom.set(target, node);
        (buckets[reached] ??= []).push(target);
      });
    }
  }
  if (end === undefined) for (const node of distance.keys()) node.knownBytes = Infinity;
  for (let node = end; node !== undefined; node = cameFrom.get(node)) node.knownBytes ??= best - distance.get(node)!;
  return best;
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
