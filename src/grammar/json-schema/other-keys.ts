import { ANY_TEXT, type TextState } from "../lexeme/text-state.ts";
import { cheapestByteLength } from "../regex/shortest.ts";
import { alikeIn, type KeyTree } from "./key-tree.ts";

/** Makes the automata of "any key but those of a tree". What trees share, their automata share. */
export class OtherKeys {
  readonly #anyText: TextState;
  readonly #nextId: () => number;
  readonly #states = new Map<KeyTree, TextState>();

  constructor(anyText: TextState, nextId: () => number) {
    this.#anyText = anyText;
    this.#nextId = nextId;
  }

  forget(): void {
    this.#states.clear();
  }

  /** The keys that are not in the tree, behind the prefix of its root; any text at all where there is no tree. */
  but(tree: KeyTree | undefined): TextState {
    if (tree === undefined || (tree.children.size === 0 && !tree.isKey)) return this.#anyText;
    let state = this.#states.get(tree);
    if (state === undefined) {
      state = new ButTree(this.#nextId(), tree, this);
      this.#states.set(tree, state);
    }
    return state;
  }
}

class ButTree implements TextState {
  readonly id: number;
  readonly accepts: boolean;
  readonly label = -1;
  /** Whatever follows, one more character tells a key from all that are taken. */
  readonly freeLength = Infinity;
  readonly outline = ANY_TEXT;
  readonly #tree: KeyTree;
  readonly #others: OtherKeys;
  #bytes: number | undefined;

  constructor(id: number, tree: KeyTree, others: OtherKeys) {
    this.id = id;
    this.accepts = !tree.isKey;
    this.#tree = tree;
    this.#others = others;
  }

  bytesToAccept(): number {
    return (this.#bytes ??= this.accepts ? 0 : this.#shortest());
  }

  next(codePoint: number): TextState {
    return this.#others.but(this.#tree.children.get(codePoint));
  }

  alike(codePoint: number): [number, number] {
    return alikeIn(this.#tree, codePoint);
  }

  bytesAfter(lo: number, hi: number): number {
    const inside = [...this.#tree.children.keys()].filter((point) => lo <= point && point <= hi);
    if (inside.length < hi - lo + 1) return 0;
    return Math.min(...inside.map((point) => this.next(point).bytesToAccept()));
  }

  common(lo: number, hi: number): TextState | undefined {
    if (lo === hi) return this.next(lo);
    const [first, last] = alikeIn(this.#tree, lo);
    return first <= lo && hi <= last && !this.#tree.children.has(lo) ? this.#others.but(undefined) : undefined;
  }

  clip(): this {
    return this;
  }

  /** From a key of the tree, one more character. */
  #shortest(): number {
    const { children } = this.#tree;
    let outside = 0x20;
    while (children.has(outside) || outside === 0x22 || outside === 0x5c) outside++;
    let least = cheapestByteLength(outside, outside);
    for (const point of children.keys()) {
      least = Math.min(least, cheapestByteLength(point, point) + this.next(point).bytesToAccept());
    }
    return least;
  }
}
