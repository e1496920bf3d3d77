import { LAST_CODE_POINT } from "../regex/char-set.ts";
import { bytesInside, cheapestByteLength } from "../regex/shortest.ts";

/** A prefix tree of keys; immutable, so that trees share what they have in common. */
export interface KeyTree {
  readonly children: ReadonlyMap<number, KeyTree>;
  /** The slots of the keys at or below, as bits. */
  readonly slots: bigint;
  /** The slot of the key that ends here, or -1. */
  readonly slot: number;
  /** Whether a key ends here, with a slot or without. */
  readonly isKey: boolean;
  /** Bytes of the prefix inside a JSON string. */
  readonly bytes: number;
}

const EMPTY: KeyTree = { children: new Map(), slots: 0n, slot: -1, isKey: false, bytes: 0 };

/** The tree of keys whose slots are their places in the list. */
export function keyTree(names: readonly string[]): KeyTree {
  const entries = names.map((name, slot) => ({ slot, points: codePoints(name) }));
  return subtree(entries, 0, 0);
}

/** The tree with one more key, which has no slot. */
export function withKey(tree: KeyTree, name: string): KeyTree {
  return inserted(tree, codePoints(name), 0);
}

/** Code points around one that lead out of the tree as it does, or the one itself where it stays inside. */
export function alikeIn({ children }: KeyTree, codePoint: number): [number, number] {
  if (children.has(codePoint)) return [codePoint, codePoint];
  let [first, last] = [0, LAST_CODE_POINT];
  for (const other of children.keys()) {
    if (other < codePoint) first = Math.max(first, other + 1);
    else last = Math.min(last, other - 1);
  }
  return [first, last];
}

/** Bytes of a text as a JSON string, its quotes included. */
export function quotedBytes(text: string): number {
  return 2 + bytesInside(text);
}

interface KeyEntry {
  readonly slot: number;
  readonly points: readonly number[];
}

function subtree(entries: readonly KeyEntry[], depth: number, bytes: number): KeyTree {
  const groups = new Map<number, KeyEntry[]>();
  let slot = -1;
  let slots = 0n;
  for (const entry of entries) {
    slots |= 1n << BigInt(entry.slot);
    const point = entry.points[depth];
    if (point === undefined) slot = entry.slot;
    else if (groups.has(point)) groups.get(point)!.push(entry);
    else groups.set(point, [entry]);
  }
  const children = new Map<number, KeyTree>();
  for (const [point, group] of groups) {
    children.set(point, subtree(group, depth + 1, bytes + cheapestByteLength(point, point)));
  }
  return { children, slots, slot, isKey: slot >= 0, bytes };
}

function inserted(tree: KeyTree, points: readonly number[], depth: number): KeyTree {
  const point = points[depth];
  if (point === undefined) return { ...tree, isKey: true };
  const child = tree.children.get(point) ?? { ...EMPTY, bytes: tree.bytes + cheapestByteLength(point, point) };
  return { ...tree, children: new Map(tree.children).set(point, inserted(child, points, depth + 1)) };
}

function codePoints(text: string): number[] {
  return Array.from(text, (char) => char.codePointAt(0)!);
}
