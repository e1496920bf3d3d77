import { readFileSync } from "node:fs";

/** Tokens of a SentencePiece vocabulary, as GGUF stores them. */
export interface VocabularyFile {
  readonly tokens: readonly Uint8Array[];
  readonly scores: readonly number[];
  /** 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte. */
  readonly types: readonly number[];
}

const CONTROLS = [
  "<s>",
  "</s>",
  "[INST]",
  "[/INST]",
  "[TOOL_CALLS]",
  "[AVAILABLE_TOOLS]",
  "[/AVAILABLE_TOOLS]",
  "[TOOL_RESULTS]",
  "[/TOOL_RESULTS]",
  "[PREFIX]",
  "[MIDDLE]",
  "[SUFFIX]",
];
const MERGES = ["th", "he", "in", "er", "an", "on", "▁t", "▁a", "▁th", "the", "▁the", "▁an", "and", "▁and", "ing"];

/**
 * A vocabulary that needs no file: Mistral's control tokens, all bytes, printable ASCII, a few merges, and made-up words
 * up to `size` tokens.
 */
export function syntheticVocabulary(size = 512): VocabularyFile {
  const entries: [text: string, type: number][] = [
    ["<unk>", 2],
    ...CONTROLS.map((text): [string, number] => [text, 3]),
    ...Array.from({ length: 256 }, (_, byte): [string, number] => [
      `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`,
      6,
    ]),
    ["▁", 1],
    ...Array.from({ length: 94 }, (_, index): [string, number] => [String.fromCharCode(33 + index), 1]),
    ...MERGES.map((text): [string, number] => [text, 1]),
  ];
  while (entries.length < size) entries.push([`▁word${entries.length}`, 1]);
  return {
    tokens: entries.map(([text]) => Buffer.from(text)),
    // SentencePiece merges the best score first; earlier is better.
    scores: entries.map((_, index) => -index),
    types: entries.map(([, type]) => type),
  };
}

/** Reads a SentencePiece `.model` file (protobuf ModelProto: field 1 repeated piece, score, type). */
export function readSentencePiece(path: string): VocabularyFile {
  const tokens: Uint8Array[] = [];
  const scores: number[] = [];
  const types: number[] = [];
  for (const field of protobufFields(readFileSync(path))) {
    if (field.number !== 1) continue;
    let piece: Uint8Array = new Uint8Array(0);
    let score = 0;
    let type = 1;
    for (const part of protobufFields(field.bytes)) {
      if (part.number === 1) piece = part.bytes;
      else if (part.number === 2) score = part.bytes.readFloatLE();
      else if (part.number === 3) type = part.value;
    }
    tokens.push(piece);
    scores.push(score);
    types.push(type);
  }
  return { tokens, scores, types };
}

interface ProtobufField {
  readonly number: number;
  readonly value: number;
  readonly bytes: Buffer;
}

function* protobufFields(buffer: Buffer): Generator<ProtobufField> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = buffer[at++]!;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < buffer.length) {
    const key = varint();
    const number = key >>> 3;
    const wire = key & 7;
    const value = wire === 0 ? varint() : 0;
    const length = wire === 0 ? 0 : wire === 1 ? 8 : wire === 5 ? 4 : varint();
    yield { number, value, bytes: buffer.subarray(at, at + length) };
    at += length;
  }
}
