/**
 * What was made inside one frame, by the id of what it was made for: how threads and frames are hash-consed. Ids are unique
 * within a grammar, so that an id also tells the type of what it leads to.
 */
export class Nest {
  readonly #made = new Map<number, unknown>();

  get<T>(id: number): T | undefined {
    return this.#made.get(id) as T | undefined;
  }

  set<T>(id: number, made: T): T {
    this.#made.set(id, made);
    return made;
  }

  /** Equal objects made from now on only cost memory. */
  clear(): void {
    this.#made.clear();
  }
}
