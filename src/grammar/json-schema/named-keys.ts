import type { TextState } from "../lexeme/text-state.ts";
import { LAST_CODE_POINT } from "../regex/char-set.ts";
import { cheapestByteLength } from "../regex/shortest.ts";

/** A prefix tree of keys; `slots` are the bits of the keys below. */
export interface KeyTree {
  readonly children: ReadonlyMap<number, KeyTree>;
  readonly slots: bigint;
  /** The key that ends here, or -1. */
  readonly slot: number;
  /** Bytes of the prefix inside a JSON string. */
  readonly bytes: number;
}

export function keyTree(names: readonly string[]): KeyTree {
  const entries = names.map((name, slot) => ({ slot, points: Array.from(name, (char) => char.codePointAt(0)!) }));
  return subtree(entries, 0, 0);
}

/** Bytes of a text as a JSON string, its quotes included. */
export function quotedBytes(text: string): number {
  let bytes = 2;
  for (const char of text) bytes += cheapestByteLength(char.codePointAt(0)!, char.codePointAt(0)!);
  return bytes;
}

/** What the keys of an object compete in: which slots may be chosen, and how long the object gets after each. */
export interface KeyChoice {
  readonly choosable: bigint;
  /** Bytes from the end of that key to the end of the object. */
  bytesAfter(slot: number): number;
  readonly nextId: () => number;
}

/** Inside a key with a slot: the automaton of the tree, restricted to the slots that may be chosen. */
export class NamedKeys implements TextState {
  readonly id: number;
  readonly accepts: boolean;
  readonly label: number;
  readonly freeLength = 0;
  readonly #tree: KeyTree;
  readonly #choice: KeyChoice;
  readonly #next = new Map<number, NamedKeys>();
  #bytes: number | undefined;

  /** Precondition: some slot below `tree` is choosable. */
  constructor(tree: KeyTree, choice: KeyChoice) {
    this.id = choice.nextId();
    this.#tree = tree;
    this.#choice = choice;
    this.accepts = tree.slot >= 0 && (choice.choosable & (1n << BigInt(tree.slot))) !== 0n;
    this.label = this.accepts ? tree.slot : -1;
  }

  bytesToAccept(): number {
    return (this.#bytes ??= this.#shortest());
  }

  next(codePoint: number): NamedKeys | undefined {
    const known = this.#next.get(codePoint);
    if (known !== undefined) return known;
    const child = this.#tree.children.get(codePoint);
    if (child === undefined || (child.slots & this.#choice.choosable) === 0n) return undefined;
    const next = new NamedKeys(child, this.#choice);
    this.#next.set(codePoint, next);
    return next;
  }

  alike(codePoint: number): [number, number] {
    let [first, last] = [0, LAST_CODE_POINT];
    for (const other of this.#tree.children.keys()) {
      if (other <= codePoint) first = Math.max(first, other === codePoint ? other : other + 1);
      if (other >= codePoint) last = Math.min(last, other === codePoint ? other : other - 1);
    }
    return [first, last];
  }

  bytesAfter(lo: number, hi: number): number {
    let least = Infinity;
    for (const codePoint of this.#tree.children.keys()) {
      if (codePoint >= lo && codePoint <= hi)
        least = Math.min(least, this.next(codePoint)?.bytesToAccept() ?? Infinity);
    }
    return least;
  }

  common(lo: number, hi: number): NamedKeys | undefined {
    return lo === hi ? this.next(lo) : undefined;
  }

  clip(): this {
    return this;
  }

  #shortest(): number {
    let least = this.accepts ? this.#choice.bytesAfter(this.#tree.slot) : Infinity;
    for (const [codePoint, child] of this.#tree.children) {
      const next = this.next(codePoint);
      if (next !== undefined) least = Math.min(least, child.bytes - this.#tree.bytes + next.bytesToAccept());
    }
    return least;
  }
}

function subtree(
  entries: readonly { slot: number; points: readonly number[] }[],
  depth: number,
  bytes: number,
): KeyTree {
  const groups = new Map<number, { slot: number; points: readonly number[] }[]>();
  let slot = -1;
  let slots = 0n;
  for (const entry of entries) {
    slots |= 1n << BigInt(entry.slot);
    const point = entry.points[depth];
    if (point === undefined) slot = entry.slot;
    else groups.set(point, [...(groups.get(point) ?? []), entry]);
  }
  const children = new Map<number, KeyTree>();
  for (const [point, group] of groups) {
    children.set(point, subtree(group, depth + 1, bytes + cheapestByteLength(point, point)));
  }
  return { children, slots, slot, bytes };
}
