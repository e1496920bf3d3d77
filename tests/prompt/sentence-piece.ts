import { readFileSync } from "node:fs";

/** One entry of a SentencePiece vocabulary. Types: 1 normal, 2 unknown, 3 control, 6 byte. */
interface Piece {
  readonly text: string;
  readonly score: number;
  readonly type: number;
}

/**
 * A plain reader and BPE encoder for SentencePiece model files, slow and obvious: the oracle that turns prompt parts
 * into token ids. Handles what Mistral's models use: identity normalisation, dummy prefix, byte fallback.
 */
export class SentencePieceModel {
  readonly #pieces: readonly Piece[];
  readonly #ids = new Map<string, number>();

  constructor(path: string) {
    this.#pieces = readPieces(readFileSync(path));
    for (const [id, piece] of this.#pieces.entries()) if (!this.#ids.has(piece.text)) this.#ids.set(piece.text, id);
  }

  /** Texts of all control pieces. */
  get controlTokens(): readonly string[] {
    return this.#pieces.filter((piece) => piece.type === 3).map((piece) => piece.text);
  }

  controlId(text: string): number {
    const id = this.#ids.get(text);
    if (id === undefined || this.#pieces[id]?.type !== 3) throw new Error(`no control token ${text}`);
    return id;
  }

  /** Ids of a text of its own; `glued` leaves the dummy space away. */
  encode(text: string, glued = false): readonly number[] {
    if (text === "") return [];
    const symbols = Array.from((glued ? text : ` ${text}`).replaceAll(" ", "▁"));
    for (let best = this.#bestMerge(symbols); best >= 0; best = this.#bestMerge(symbols)) {
      symbols.splice(best, 2, `${symbols[best]}${symbols[best + 1]}`);
    }
    return symbols.flatMap((symbol) => this.#symbolIds(symbol));
  }

  #bestMerge(symbols: readonly string[]): number {
    let best = -1;
    let bestScore = -Infinity;
    for (let at = 0; at + 1 < symbols.length; at += 1) {
      const piece = this.#pieces[this.#ids.get(`${symbols[at]}${symbols[at + 1]}`) ?? -1];
      if (piece?.type === 1 && piece.score > bestScore) [best, bestScore] = [at, piece.score];
    }
    return best;
  }

  #symbolIds(symbol: string): readonly number[] {
    const id = this.#ids.get(symbol);
    if (id !== undefined && this.#pieces[id]?.type === 1) return [id];
    return [...new TextEncoder().encode(symbol)].map((byte) => {
      const name = `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;
      return this.#ids.get(name) ?? 0;
    });
  }
}

/** Field 1 of the ModelProto, repeated: piece (1, text), score (2, float), type (3, enumeration; 1 when absent). */
function readPieces(file: Buffer): readonly Piece[] {
  return [...fields(file)].flatMap(({ number, bytes }) => {
    if (number !== 1 || bytes === undefined) return [];
    const parts = [...fields(bytes)];
    const text = parts.find((part) => part.number === 1)?.bytes?.toString("utf8") ?? "";
    const score = parts.find((part) => part.number === 2)?.bytes?.readFloatLE(0) ?? 0;
    return [{ text, score, type: parts.find((part) => part.number === 3)?.value ?? 1 }];
  });
}

interface Field {
  readonly number: number;
  readonly value?: number;
  readonly bytes?: Buffer;
}

function* fields(buffer: Buffer): Generator<Field> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = buffer[at++] ?? 0;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < buffer.length) {
    const key = varint();
    const number = Math.floor(key / 8);
    if (key % 8 === 0) yield { number, value: varint() };
    else {
      const length = key % 8 === 2 ? varint() : key % 8 === 5 ? 4 : 8;
      yield { number, bytes: buffer.subarray(at, at + length) };
      at += length;
    }
  }
}
