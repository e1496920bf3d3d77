interface Entry<Part, Made> {
  readonly kind: string;
  readonly parts: readonly Part[];
  readonly made: Made;
  readonly next: Entry<Part, Made> | undefined;
}

/** Finds what was made of the same parts before, by their ids: hash-consing without a text put together for the purpose. */
export class PartsIndex<Part extends { readonly id: number }, Made> {
  readonly #entries = new Map<number, Entry<Part, Made>>();

  clear(): void {
    this.#entries.clear();
  }

  /** `parts` is kept, and compared in order. */
  get(kind: string, parts: readonly Part[], make: () => Made): Made {
    let hash = kind.length;
    for (const part of parts) hash = (Math.imul(hash, 0x01000193) ^ part.id) & 0x3fffffff;
    const first = this.#entries.get(hash);
    for (let entry = first; entry !== undefined; entry = entry.next) {
      if (entry.kind === kind && isSame(entry.parts, parts)) return entry.made;
    }
    const made = make();
    // What making it made may have come into the same place.
    this.#entries.set(hash, { kind, parts, made, next: this.#entries.get(hash) });
    return made;
  }
}

function isSame<Part>(a: readonly Part[], b: readonly Part[]): boolean {
  return a.length === b.length && a.every((part, i) => part === b[i]);
}
