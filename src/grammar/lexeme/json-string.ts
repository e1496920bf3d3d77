import { ALL_BYTES, type ByteRange, byteRange, overlap, rangesBetween } from "./byte-range.ts";
import { escapeDecoder, type Spelling } from "./escape-decoder.ts";
import { Interner, type Lexeme } from "./lexeme.ts";
import type { TextState } from "./text-state.ts";
import { SharedCharacters } from "./shared-character.ts";
import { DecodedText, type TextDecoder } from "./text-decoder.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Makes the lexemes of JSON strings whose decoded text a `TextState` recognises. */
export class JsonStrings {
  readonly #lexemes = new Interner<Lexeme>();
  readonly #nextId: () => number;
  readonly #shared: SharedCharacters;

  /** After a backslash. */
  readonly escape: TextDecoder;

  constructor(nextId: () => number, spelling: Spelling) {
    this.#nextId = nextId;
    const inside = (text: TextState): Lexeme => this.inside(text);
    this.#shared = new SharedCharacters({ lexemes: this.#lexemes, nextId, inside });
    this.escape = escapeDecoder(spelling);
  }

  /** Forgets the lexemes: those that are met again are made again. */
  forget(): void {
    this.#lexemes.clear();
  }

  /** The string after its opening quote. */
  inside(text: TextState): Lexeme {
    return this.#lexemes.get(text.id, () => new InsideString({ id: this.#nextId(), text, strings: this }));
  }

  closed(label: number): Lexeme {
    return this.#lexemes.get(`closed${label}`, () => new ClosedString(this.#nextId(), label));
  }

  /** Inside a multi-byte character or an escape, if some character of the decoder's range keeps the text alive. */
  inCharacter(text: TextState, decoder: TextDecoder): Lexeme | undefined {
    const shared = decoder.sharedBy(text);
    if (shared !== undefined) return this.#shared.get(shared);
    const bytes = decoder.bytesLeft(text);
    if (bytes === Infinity) return undefined;
    return this.#lexemes.get(
      `${text.id}${decoder.key}`,
      () => new InCharacter({ id: this.#nextId(), text, decoder, bytes, strings: this }),
    );
  }
}

const CONTROLS = byteRange(0, 0x1f);
/** The ranges that quote and backslash divide. */
const PLAIN = rangesBetween('\u001f"\\\u0080');

class ClosedString implements Lexeme {
  readonly id: number;
  readonly label: number;
  readonly accepts = true;
  readonly ended = true;
  readonly freeLength = 0;

  constructor(id: number, label: number) {
    this.id = id;
    this.label = label;
  }

  bytesToAccept(): number {
    return 0;
  }

  next(): undefined {
    return undefined;
  }

  alike(): ByteRange {
    return ALL_BYTES;
  }

  clip(): Lexeme {
    return this;
  }
}

class InsideString implements Lexeme {
  readonly id: number;
  readonly label = -1;
  readonly accepts = false;
  readonly ended = false;
  readonly #text: TextState;
  readonly #strings: JsonStrings;

  constructor(parts: { id: number; text: TextState; strings: JsonStrings }) {
    this.id = parts.id;
    this.#text = parts.text;
    this.#strings = parts.strings;
  }

  bytesToAccept(): number {
    return this.#text.bytesToAccept() + 1;
  }

  get freeLength(): number {
    return this.#text.freeLength;
  }

  get barred(): readonly number[] | undefined {
    return this.#text.barred;
  }

  get outline(): string {
    return this.#text.outline ?? `i${this.#text.id}`;
  }

  next(byte: number): Lexeme | undefined {
    if (byte === QUOTE) return this.#text.accepts ? this.#strings.closed(this.#text.label) : undefined;
    if (byte === BACKSLASH) return this.#strings.inCharacter(this.#text, this.#strings.escape);
    if (byte < 0x20) return undefined;
    if (byte < 0x80) {
      const next = this.#text.next(byte);
      return next && this.#strings.inside(next);
    }
    const decoder = DecodedText.utf8(byte);
    return decoder && this.#strings.inCharacter(this.#text, decoder);
  }

  alike(byte: number): ByteRange {
    if (byte < 0x20) return CONTROLS;
    if (byte >= 0x80) return DecodedText.alikeLeads(byte, this.#text);
    if (byte === QUOTE || byte === BACKSLASH) return byteRange(byte, byte);
    const [first, last] = this.#text.alike(byte);
    return overlap(PLAIN[byte]!, byteRange(first, Math.min(last, 0x7f)));
  }

  clip(length: number): Lexeme {
    return this.#strings.inside(this.#text.clip(length));
  }
}

class InCharacter implements Lexeme {
  readonly id: number;
  readonly label = -1;
  readonly accepts = false;
  readonly ended = false;
  readonly freeLength = 0;
  readonly #text: TextState;
  readonly #decoder: TextDecoder;
  readonly #bytes: number;
  readonly #strings: JsonStrings;

  constructor(parts: { id: number; text: TextState; decoder: TextDecoder; bytes: number; strings: JsonStrings }) {
    this.id = parts.id;
    this.#text = parts.text;
    this.#decoder = parts.decoder;
    this.#bytes = parts.bytes;
    this.#strings = parts.strings;
  }

  bytesToAccept(): number {
    return this.#bytes + 1;
  }

  next(byte: number): Lexeme | undefined {
    const after = this.#decoder.next(byte);
    if (after === undefined) return undefined;
    if (typeof after !== "number") return this.#strings.inCharacter(this.#text, after);
    const next = this.#text.next(after);
    return next && this.#strings.inside(next);
  }

  alike(byte: number): ByteRange {
    return byteRange(byte, byte);
  }

  clip(length: number): Lexeme {
    return this.#strings.inCharacter(this.#text.clip(length), this.#decoder) ?? this;
  }
}
