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

/** The tree of keys whose slots are their places in the list; made as far as it is looked at. */
export function keyTree(names: readonly string[]): KeyTree {
  const entries = names.map((name, slot) => ({ slot, bit: 1n << BigInt(slot), points: codePoints(name) }));
  return new Subtree(entries, 0, 0);
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
  readonly bit: bigint;
  readonly points: readonly number[];
}

/** The keys that share their first `depth` characters. */
class Subtree implements KeyTree {
  readonly slots: bigint;
  readonly slot: number;
  readonly bytes: number;
  readonly #entries: readonly KeyEntry[];
  readonly #depth: number;
  #children: ReadonlyMap<number, KeyTree> | undefined;

  constructor(entries: readonly KeyEntry[], depth: number, bytes: number) {
    this.slots = entries.length === 1 ? entries[0]!.bit : entries.reduce((bits, { bit }) => bits | bit, 0n);
    this.slot = entries.find(({ points }) => points.length === depth)?.slot ?? -1;
    this.bytes = bytes;
    this.#entries = entries;
    this.#depth = depth;
  }

  get isKey(): boolean {
    return this.slot >= 0;
  }

  get children(): ReadonlyMap<number, KeyTree> {
    return (this.#children ??= this.#divide());
  }

  #divide(): ReadonlyMap<number, KeyTree> {
    const groups = new Map<number, KeyEntry[]>();
    for (const entry of this.#entries) {
      const point = entry.points[this.#depth];
      if (point === undefined) continue;
      const group = groups.get(point);
      if (group === undefined) groups.set(point, [entry]);
      else group.push(entry);
    }
    const children = new Map<number, KeyTree>();
    for (const [point, group] of groups) {
      children.set(point, new Subtree(group, this.#depth + 1, this.bytes + cheapestByteLength(point, point)));
    }
    return children;
  }
}

function inserted(tree: KeyTree, points: readonly number[], depth: number): KeyTree {
  const { slots, slot, bytes } = tree;
  const point = points[depth];
  if (point === undefined) return { children: tree.children, slots, slot, isKey: true, bytes };
  const child = tree.children.get(point) ?? { ...EMPTY, bytes: bytes + cheapestByteLength(point, point) };
  const children = new Map(tree.children).set(point, inserted(child, points, depth + 1));
  return { children, slots, slot, isKey: tree.isKey, bytes };
}

function codePoints(text: string): number[] {
  return Array.from(text, (char) => char.codePointAt(0)!);
}
