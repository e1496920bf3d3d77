import { Configuration } from "./machine/configuration.ts";
import { Nest, Nests } from "./machine/nest.ts";
import type { Store, Thread } from "./machine/thread.ts";
import type { WorkMeter } from "./work-meter.ts";

/** What a compiler hands over: how the machine starts, and what it is built of. */
interface GrammarParts {
  readonly store: Store;
  readonly meter: WorkMeter;
  /** The threads before the first byte. */
  readonly start: () => readonly Thread[];
  /** Bytes of the longest among the shortest values of all types met so far. */
  readonly largestValue: () => number;
  /** Forgets the states that were met, which may be done at any time between two questions. */
  readonly forget: () => void;
}

/**
 * A language of texts, ready to be matched against any vocabulary. It grows lazily while it is used, so one object serves
 * all requests with the same source, one at a time (JavaScript's single thread); it is not to be sent to another thread.
 */
export class CompiledGrammar {
  readonly store: Store;
  readonly meter: WorkMeter;
  readonly #start: () => readonly Thread[];
  readonly #largestValue: () => number;
  readonly #forget: () => void;

  constructor(parts: GrammarParts) {
    this.store = parts.store;
    this.meter = parts.meter;
    this.#start = parts.start;
    this.#largestValue = parts.largestValue;
    this.#forget = parts.forget;
  }

  /** Every way to read the empty text. */
  start(): Configuration {
    return new Configuration(this.#start());
  }

  /** How much further from its end a text may get by opening one more value. */
  get largestValue(): number {
    return this.#largestValue();
  }

  /** Forgets everything that was met but not what the grammar is made of; states that are held stay usable. */
  forget(): void {
    this.store.nests.clear();
    this.#forget();
  }

  /** Bytes of a shortest text. */
  minBytes(): number {
    return this.start().bytesToClose();
  }
}

/** A store with ids of its own. */
export function createStore(): Store {
  let made = 0;
  const nests = new Nests();
  return {
    nests,
    nest: new Nest(nests),
    nextId: () => ++made,
    get made() {
      return made;
    },
  };
}
