import { type ByteRange, byteRange } from "./byte-range.ts";
import { Interner, type Lexeme } from "./lexeme.ts";
import { SharedCharacters } from "./shared-character.ts";
import { DecodedText, type TextDecoder } from "./text-decoder.ts";
import type { TextState } from "./text-state.ts";

/** Makes the lexemes of raw UTF-8 text that a `TextState` recognises: no quotes, no escapes. */
export class PlainTexts {
  readonly #lexemes = new Interner<Lexeme>();
  readonly #nextId: () => number;
  readonly #shared: SharedCharacters;

  constructor(nextId: () => number) {
    this.#nextId = nextId;
    const inside = (text: TextState): Lexeme => this.at(text);
    this.#shared = new SharedCharacters({ lexemes: this.#lexemes, nextId, inside });
  }

  at(text: TextState): Lexeme {
    return this.#lexemes.get(text.id, () => new PlainText({ id: this.#nextId(), text, texts: this }));
  }

  inCharacter(text: TextState, decoder: TextDecoder): Lexeme | undefined {
    const shared = decoder.sharedBy(text);
    if (shared !== undefined) return this.#shared.get(shared);
    if (decoder.bytesLeft(text) === Infinity) return undefined;
    const make = (): Lexeme => new PlainText({ id: this.#nextId(), text, decoder, texts: this });
    return this.#lexemes.get(`${text.id}${decoder.key}`, make);
  }
}

class PlainText implements Lexeme {
  readonly id: number;
  readonly label = -1;
  readonly accepts: boolean;
  readonly ended: boolean;
  readonly #text: TextState;
  readonly #decoder: TextDecoder | undefined;
  readonly #texts: PlainTexts;

  constructor(parts: { id: number; text: TextState; decoder?: TextDecoder; texts: PlainTexts }) {
    this.id = parts.id;
    this.#text = parts.text;
    this.#decoder = parts.decoder;
    this.#texts = parts.texts;
    this.accepts = this.#decoder === undefined && this.#text.accepts;
    this.ended = this.accepts && this.#text.bytesAfter(0, 0x10ffff) === Infinity;
  }

  bytesToAccept(): number {
    return this.#decoder === undefined ? this.#text.bytesToAccept() : this.#decoder.bytesLeft(this.#text);
  }

  get freeLength(): number {
    return this.#decoder === undefined ? this.#text.freeLength : 0;
  }

  next(byte: number): Lexeme | undefined {
    if (this.#decoder !== undefined) {
      const after = this.#decoder.next(byte);
      if (after === undefined) return undefined;
      return typeof after === "number" ? this.#after(after) : this.#texts.inCharacter(this.#text, after);
    }
    if (byte < 0x80) return this.#after(byte);
    const decoder = DecodedText.utf8(byte);
    return decoder && this.#texts.inCharacter(this.#text, decoder);
  }

  alike(byte: number): ByteRange {
    if (this.#decoder !== undefined) return byteRange(byte, byte);
    if (byte >= 0x80) return DecodedText.alikeLeads(byte, this.#text);
    const [first, last] = this.#text.alike(byte);
    return byteRange(first, Math.min(last, 0x7f));
  }

  clip(length: number): Lexeme {
    const text = this.#text.clip(length);
    return this.#decoder === undefined ? this.#texts.at(text) : (this.#texts.inCharacter(text, this.#decoder) ?? this);
  }

  #after(codePoint: number): Lexeme | undefined {
    const next = this.#text.next(codePoint);
    return next && this.#texts.at(next);
  }
}
