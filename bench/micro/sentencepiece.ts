import { readFileSync } from "node:fs";
import type { TokenVocabulary } from "#grammar";

/** A SentencePiece BPE model read from its protobuf file: enough of it to tokenize test text and to list the tokens. */
export interface SentencePieceModel extends TokenVocabulary {
  readonly endOfSequence: number;
  /** Tokens of a text that starts the input, with SentencePiece's dummy space in front. */
  encode(text: string): number[];
}

interface Piece {
  readonly text: string;
  readonly score: number;
  readonly type: number;
}

const CONTROL = 3;
const BYTE = 6;
const SPACE = "\u2581";
/** No piece goes on after a space that follows something else, so that such words are merged each for itself. */
const WORD = /\u2581*[^\u2581]+|\u2581+/gu;

export function readSentencePiece(path: string): SentencePieceModel {
  const pieces = readPieces(readFileSync(path));
  const encoder = new TextEncoder();
  const bytes = pieces.map(({ text, type }) => {
    if (type === BYTE) return Uint8Array.of(Number.parseInt(text.slice(3, 5), 16));
    return type === 1 || type === 4 ? encoder.encode(text.replaceAll(SPACE, " ")) : new Uint8Array(0);
  });
  const ids = new Map<string, number>();
  const words = new Map<string, number[]>();
  for (const [id, piece] of pieces.entries()) if (piece.type !== CONTROL) ids.set(piece.text, id);
  return {
    size: pieces.length,
    endOfSequence: 2,
    tokenBytes: (token) => bytes[token]!,
    isControl: (token) => pieces[token]!.type === CONTROL || pieces[token]!.type === 2,
    isEndOfGeneration: (token) => token === 2,
    encode: (text) => {
      const parts = (SPACE + text.replaceAll(" ", SPACE)).match(WORD) ?? [];
      return parts.flatMap((part) => {
        const known = words.get(part);
        if (known !== undefined) return known;
        const tokens = merge(part, pieces, ids);
        words.set(part, tokens);
        return tokens;
      });
    },
  };
}

/** Greedy BPE: always the adjacent pair whose union is the best-scored piece. */
function merge(text: string, pieces: readonly Piece[], ids: ReadonlyMap<string, number>): number[] {
  const parts = Array.from(text);
  for (;;) {
    let best = -1;
    let bestScore = -Infinity;
    for (let i = 0; i + 1 < parts.length; i++) {
      const id = ids.get(parts[i]! + parts[i + 1]!);
      if (id === undefined || pieces[id]!.score <= bestScore) continue;
      best = i;
      bestScore = pieces[id]!.score;
    }
    if (best < 0) break;
    parts.splice(best, 2, parts[best]! + parts[best + 1]!);
  }
  return parts.flatMap((part) => {
    const id = ids.get(part);
    if (id !== undefined) return [id];
    const bytes = new TextEncoder().encode(part);
    return Array.from(bytes, (byte) => ids.get(`<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`)!);
  });
}

function readPieces(file: Uint8Array): Piece[] {
  const pieces: Piece[] = [];
  for (const { field, body } of fieldsOf(file)) {
    if (field !== 1 || body === undefined) continue;
    let [text, score, type] = ["", 0, 1];
    for (const inner of fieldsOf(body)) {
      if (inner.field === 1) text = new TextDecoder().decode(inner.body);
      if (inner.field === 2) score = new DataView(inner.body!.buffer, inner.body!.byteOffset, 4).getFloat32(0, true);
      if (inner.field === 3) type = inner.value!;
    }
    pieces.push({ text, score, type });
  }
  return pieces;
}

/** The fields of a protobuf message: varints as values, everything else as bytes. */
function* fieldsOf(message: Uint8Array): Generator<{ field: number; value?: number; body?: Uint8Array }> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = message[at++]!;
      value += (byte & 0x7f) * shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.length) {
    const tag = varint();
    const [field, wire] = [tag >>> 3, tag & 7];
    if (wire === 0) {
      yield { field, value: varint() };
      continue;
    }
    const length = wire === 2 ? varint() : wire === 5 ? 4 : 8;
    yield { field, body: message.subarray(at, at + length) };
    at += length;
  }
}
