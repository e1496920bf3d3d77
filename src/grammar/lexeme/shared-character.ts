import { type ByteRange, byteRange } from "./byte-range.ts";
import type { Interner, Lexeme } from "./lexeme.ts";
import type { SharedCharacter } from "./text-decoder.ts";
import type { TextState } from "./text-state.ts";

/** Inside a character of several bytes of which it does not matter which one it is. */
class InSharedCharacter implements Lexeme {
  readonly id: number;
  readonly label = -1;
  readonly accepts = false;
  readonly ended = false;
  readonly freeLength = 0;
  readonly freeAfterCharacter: number;
  readonly #character: SharedCharacter;
  readonly #inside: (text: TextState) => Lexeme;
  readonly #more: (character: SharedCharacter) => Lexeme;

  constructor(parts: {
    id: number;
    character: SharedCharacter;
    inside: (text: TextState) => Lexeme;
    more: (character: SharedCharacter) => Lexeme;
  }) {
    this.id = parts.id;
    this.#character = parts.character;
    this.#inside = parts.inside;
    this.freeAfterCharacter = parts.character.target.freeLength;
    this.#more = parts.more;
  }

  bytesToAccept(): number {
    return this.#character.left + this.#inside(this.#character.target).bytesToAccept();
  }

  next(byte: number): Lexeme | undefined {
    const { target, left, low, high } = this.#character;
    if (byte < low || byte > high) return undefined;
    return left === 1 ? this.#inside(target) : this.#more({ target, left: left - 1, low: 0x80, high: 0xbf });
  }

  alike(byte: number): ByteRange {
    const { low, high } = this.#character;
    if (byte < low) return byteRange(0, low - 1);
    return byte > high ? byteRange(high + 1, 0xff) : byteRange(low, high);
  }

  clip(length: number): Lexeme {
    return this.#more({ ...this.#character, target: this.#character.target.clip(length) });
  }
}

interface SharedCharacterParts {
  readonly lexemes: Interner<Lexeme>;
  readonly nextId: () => number;
  /** Where one is when the character is complete. */
  readonly inside: (text: TextState) => Lexeme;
}

/** Makes them, one per character, for strings and plain texts alike. */
export class SharedCharacters {
  readonly #parts: SharedCharacterParts;

  constructor(parts: SharedCharacterParts) {
    this.#parts = parts;
  }

  get(character: SharedCharacter): Lexeme {
    const { lexemes, nextId, inside } = this.#parts;
    const key = `${character.target.id}s${character.left},${character.low},${character.high}`;
    const make = (): Lexeme =>
      new InSharedCharacter({ id: nextId(), character, inside, more: (next) => this.get(next) });
    return lexemes.get(key, make);
  }
}
