import { type ByteRange, byteRange } from "./byte-range.ts";
import { Interner, type Lexeme } from "./lexeme.ts";

/** Makes the lexemes of fixed byte sequences, several of which may be tried at once. */
export class Literals {
  readonly #lexemes = new Interner<Lexeme>();
  readonly #nextId: () => number;

  constructor(nextId: () => number) {
    this.#nextId = nextId;
  }

  /** The lexeme before its first byte; it is complete after any one of `texts`, ASCII and not empty. */
  oneOf(texts: readonly string[]): Lexeme {
    return this.#lexemes.get(texts.join("\n"), () => new Literal({ id: this.#nextId(), texts, literals: this }));
  }
}

class Literal implements Lexeme {
  readonly id: number;
  readonly label = -1;
  readonly accepts: boolean;
  readonly ended: boolean;
  readonly freeLength = 0;
  readonly #texts: readonly string[];
  readonly #literals: Literals;

  constructor(parts: { id: number; texts: readonly string[]; literals: Literals }) {
    this.id = parts.id;
    this.#texts = parts.texts;
    this.#literals = parts.literals;
    this.accepts = parts.texts.includes("");
    this.ended = parts.texts.length === 1 && this.accepts;
  }

  bytesToAccept(): number {
    return Math.min(...this.#texts.map((text) => text.length));
  }

  next(byte: number): Lexeme | undefined {
    const rests = this.#texts.filter((text) => text.charCodeAt(0) === byte).map((text) => text.slice(1));
    return rests.length === 0 ? undefined : this.#literals.oneOf(rests);
  }

  alike(byte: number): ByteRange {
    return byteRange(byte, byte);
  }

  clip(): Lexeme {
    return this;
  }
}
