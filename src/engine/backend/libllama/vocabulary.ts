import type { Vocabulary } from "../backend.ts";
import type { Libllama } from "./loader.ts";
import type { Pointer } from "./abi.ts";
import { WordTokens } from "./word-tokens.ts";

/** Bits of `llama_token_attr`. */
const UNKNOWN = 1;
const CONTROL = 8;
const USER_DEFINED = 16;
/** Takes the spaces before or behind it away. */
const STRIPPING = 128 | 256;
/** `LLAMA_VOCAB_TYPE_SPM`. */
const SENTENCE_PIECE = 1;

/**
 * Some converters mark their turn markers as user-defined, which the tokenizer then finds in any text. Tokens that look
 * like these are control tokens here, whatever the file calls them.
 */
const MARKER = /^(<\|[^|]*\|>|<\/?s>|<(start|end)_of_turn>|\[\/?[A-Z_]+\])$/;

/** The vocabulary of a native model; valid while the model lives. */
export class LibllamaVocabulary implements Vocabulary {
  readonly size: number;
  readonly beginOfSequence: number | undefined;
  readonly endOfSequence: number | undefined;
  readonly addsBeginOfSequence: boolean;
  readonly #libllama: Libllama;
  readonly #pointer: Pointer;
  readonly #addsDummySpace: boolean;
  readonly #controlTexts = new Map<number, string>();
  readonly #controlTokens = new Map<string, number>();
  /** Texts of the markers that only the file's author calls user-defined. */
  readonly #looseMarkers: string[] = [];
  /** Whether some token takes spaces of its neighbours away. */
  #strips = false;
  /** Where words are tokenized each for itself. */
  readonly #words: WordTokens | undefined;
  readonly #endOfGeneration: Uint8Array;
  readonly #bytes: (Uint8Array | undefined)[];
  #piece = Buffer.alloc(512);

  /** `spacePrefix`: what the model file says of a leading space; undefined is SentencePiece's default, yes. */
  constructor(libllama: Libllama, pointer: Pointer, spacePrefix: boolean | undefined) {
    const { functions } = libllama;
    this.#libllama = libllama;
    this.#pointer = pointer;
    this.size = functions.llama_vocab_n_tokens(pointer);
    this.#bytes = Array.from({ length: this.size });
    this.#endOfGeneration = new Uint8Array(this.size);
    const isSentencePiece = functions.llama_vocab_type(pointer) === SENTENCE_PIECE;
    this.#addsDummySpace = isSentencePiece && spacePrefix !== false;
    const present = (token: number): number | undefined => (token < 0 ? undefined : token);
    this.beginOfSequence = present(functions.llama_vocab_bos(pointer));
    this.endOfSequence = present(functions.llama_vocab_eos(pointer));
    this.addsBeginOfSequence = this.beginOfSequence !== undefined && functions.llama_vocab_get_add_bos(pointer);
    for (let token = 0; token < this.size; token++) this.#classify(token);
    if (isSentencePiece && !this.#strips) this.#words = this.#openWords();
  }

  tokenBytes(token: number): Uint8Array {
    return (this.#bytes[token] ??= this.#controlTexts.has(token) ? NO_BYTES : this.#readPiece(token));
  }

  controlText(token: number): string | undefined {
    return this.#controlTexts.get(token);
  }

  controlToken(text: string): number | undefined {
    return this.#controlTokens.get(text);
  }

  /** Texts of all control tokens, in the order of their ids. */
  controlTexts(): string[] {
    return [...this.#controlTexts.values()];
  }

  isEndOfGeneration(token: number): boolean {
    return this.#endOfGeneration[token] === 1;
  }

  tokenize(text: string, { dummySpace }: { readonly dummySpace: boolean }): Int32Array {
    if (text === "") return new Int32Array(0);
    const whole = dummySpace && this.#addsDummySpace ? ` ${text}` : text;
    const pieces = this.#splitMarkers(whole).map((piece) => this.#tokenizePlain(piece));
    return pieces.length === 1 ? pieces[0]! : concatenate(pieces);
  }

  #classify(token: number): void {
    const { functions } = this.#libllama;
    if (functions.llama_vocab_is_eog(this.#pointer, token)) this.#endOfGeneration[token] = 1;
    const attributes = functions.llama_vocab_get_attr(this.#pointer, token);
    if (attributes & STRIPPING) this.#strips = true;
    if ((attributes & (UNKNOWN | CONTROL | USER_DEFINED)) === 0) return;
    const text = functions.llama_vocab_get_text(this.#pointer, token) ?? "";
    if ((attributes & (UNKNOWN | CONTROL)) === 0) {
      if (!MARKER.test(text)) return;
      this.#looseMarkers.push(text);
    }
    this.#controlTexts.set(token, text);
    if (!this.#controlTokens.has(text)) this.#controlTokens.set(text, token);
  }

  #openWords(): WordTokens {
    const { functions } = this.#libllama;
    const pieces: string[] = [];
    for (let token = 0; token < this.size; token++) {
      // A control token is never found in text.
      if (!this.#controlTexts.has(token)) pieces.push(functions.llama_vocab_get_text(this.#pointer, token) ?? "");
    }
    return new WordTokens(pieces, {
      tokenize: (text) => this.#tokenizeNatively(text),
      byteLength: (token) => this.tokenBytes(token).length,
    });
  }

  #readPiece(token: number): Uint8Array {
    const { functions } = this.#libllama;
    const read = () => functions.llama_token_to_piece(this.#pointer, token, this.#piece, this.#piece.length, 0, false);
    let length = read();
    if (length < 0) {
      this.#piece = Buffer.alloc(-length);
      length = read();
    }
    return Uint8Array.prototype.slice.call(this.#piece, 0, length);
  }

  /** Cuts every loose marker after its first character, so that the tokenizer cannot find it whole. */
  #splitMarkers(text: string): string[] {
    let pieces = [text];
    for (const marker of this.#looseMarkers) {
      pieces = pieces.flatMap((piece) => {
        const parts = piece.split(marker);
        return parts.map(
          (part, index) => (index > 0 ? marker.slice(1) : "") + part + (index < parts.length - 1 ? marker[0]! : ""),
        );
      });
    }
    return pieces;
  }

  #tokenizePlain(text: string): Int32Array {
    return this.#words?.tokenize(text) ?? this.#tokenizeNatively(text);
  }

  #tokenizeNatively(text: string): Int32Array {
    const bytes = Buffer.from(text, "utf8");
    // Never more tokens than bytes, plus what a vocabulary may put around them.
    const tokens = new Int32Array(bytes.length + 64);
    const { functions } = this.#libllama;
    const count = functions.llama_tokenize(
      this.#pointer,
      bytes,
      bytes.length,
      tokens,
      tokens.length,
      false, // no begin or end of sequence: the caller decides
      false, // control strings in text stay text
    );
    if (count < 0) throw new Error(`tokenizer wants ${-count} tokens for ${bytes.length} bytes`);
    return tokens.slice(0, count);
  }
}

const NO_BYTES = new Uint8Array(0);

function concatenate(parts: readonly Int32Array[]): Int32Array {
  const joined = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}
