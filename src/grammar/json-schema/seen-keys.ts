import { type KeyTree, withKey } from "./key-tree.ts";

/** The keys of an object that are taken: those with a slot, and those without that stand already. */
export class SeenKeys {
  /** Those without a slot, sorted. */
  readonly names: readonly string[];
  /** Equal for equal sets. */
  readonly key: string;
  readonly #makeTree: () => KeyTree;
  #tree: KeyTree | undefined;

  constructor(names: readonly string[], makeTree: () => KeyTree) {
    this.names = names;
    this.key = names.length === 0 ? "" : JSON.stringify(names);
    this.#makeTree = makeTree;
  }

  with(name: string): SeenKeys {
    return new SeenKeys([...this.names, name].toSorted(), () => withKey(this.tree(), name));
  }

  /** All of them. */
  tree(): KeyTree {
    return (this.#tree ??= this.#makeTree());
  }
}
