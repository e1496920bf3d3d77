import type { TextState } from "../lexeme/text-state.ts";
import { alikeIn, type KeyTree } from "./key-tree.ts";

/** What the keys of an object compete in: which slots may be chosen, and how long the object gets after each. */
export interface KeyChoice {
  readonly choosable: bigint;
  readonly shapeId: number;
  /** Of the key with its quotes. */
  keyBytes(slot: number): number;
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
  #next: Map<number, NamedKeys> | undefined;
  #bytes: number | undefined;

  /** Precondition: some slot below `tree` is choosable. */
  constructor(tree: KeyTree, choice: KeyChoice) {
    this.id = choice.nextId();
    this.#tree = tree;
    this.#choice = choice;
    this.accepts = tree.slot >= 0 && (choice.choosable & (1n << BigInt(tree.slot))) !== 0n;
    this.label = this.accepts ? tree.slot : -1;
  }

  get outline(): string {
    const { bytes, slots } = this.#tree;
    // A prefix is known by its length and any of the keys that it begins.
    return `n${this.#choice.shapeId},${bytes},${(this.#choice.choosable & slots).toString(36)}`;
  }

  bytesToAccept(): number {
    return (this.#bytes ??= this.#shortest());
  }

  next(codePoint: number): NamedKeys | undefined {
    const known = this.#next?.get(codePoint);
    if (known !== undefined) return known;
    const child = this.#tree.children.get(codePoint);
    if (child === undefined || (child.slots & this.#choice.choosable) === 0n) return undefined;
    const next = new NamedKeys(child, this.#choice);
    (this.#next ??= new Map()).set(codePoint, next);
    return next;
  }

  alike(codePoint: number): [number, number] {
    return alikeIn(this.#tree, codePoint);
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

  /** Of each key that may come of this: what is left of it, and of the object behind it. No state on the way is made. */
  #shortest(): number {
    const { bytes, slots } = this.#tree;
    const written = 2 + bytes;
    let least = Infinity;
    for (let left = slots & this.#choice.choosable, slot = 0; left > 0n; left >>= 1n, slot++) {
      if ((left & 1n) === 0n) continue;
      least = Math.min(least, this.#choice.keyBytes(slot) - written + this.#choice.bytesAfter(slot));
    }
    return least;
  }
}
