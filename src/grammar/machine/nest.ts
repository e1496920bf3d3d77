/**
 * What was made inside one frame, by the id of what it was made for: how threads and frames are hash-consed. Ids are unique
 * within a grammar, so that an id also tells the type of what it leads to.
 */
export class Nest {
  readonly #nests: Nests;
  #made: Map<number, unknown> | undefined;

  constructor(nests: Nests) {
    this.#nests = nests;
  }

  get<T>(id: number): T | undefined {
    return this.#made?.get(id) as T | undefined;
  }

  set<T>(id: number, made: T): T {
    if (this.#made === undefined) {
      this.#made = new Map();
      this.#nests.add(this);
    }
    this.#made.set(id, made);
    return made;
  }

  clear(): void {
    this.#made = undefined;
  }
}

/** The nests of one grammar that something is in. */
export class Nests {
  #filled: Nest[] = [];

  add(nest: Nest): void {
    this.#filled.push(nest);
  }

  /** Empties them all, also those that frames in use hold. Equal objects made from now on only cost memory. */
  clear(): void {
    for (const nest of this.#filled) nest.clear();
    this.#filled = [];
  }
}
