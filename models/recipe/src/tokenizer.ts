/** A vocabulary piece as a GGUF `llama` (SentencePiece) tokenizer holds it. */
export interface Piece {
  text: string;
  score: number;
  type: PieceType;
}
/** llama.cpp's token types. */
export type PieceType = 1 | 2 | 3 | 6;
export const pieceType = { normal: 1, unknown: 2, control: 3, byte: 6 } as const;

/** Mistral's v3 control tokens in its own order, then those of fill-in-the-middle and a few kept free. */
export const controlTokens = [
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
  "[control_12]",
  "[control_13]",
  "[control_14]",
] as const;
export type ControlToken = (typeof controlTokens)[number];

const letter = /\p{L}/u;

/** Places where no piece can reach across, by the rules the vocabulary is built with: see train-tokenizer.ts. */
export const chunkPattern = /[^\p{L}\p{N}]+\p{L}*|\p{L}+|\p{N}/gu;

/** SentencePiece's greedy merging, as libllama does it: the adjacent pair whose joined text has the best score goes first. */
export class Tokenizer {
  readonly pieces: readonly Piece[];
  readonly #ids = new Map<string, number>();
  readonly #bytes: number[] = [];
  readonly #controls = new Map<string, number>();
  readonly #bridges: ReadonlySet<string>;
  readonly #chunks = new Map<string, readonly string[]>();

  constructor(pieces: readonly Piece[]) {
    this.pieces = pieces;
    const bridges = new Set<string>();
    pieces.forEach((piece, id) => {
      if (piece.type === pieceType.control) this.#controls.set(piece.text, id);
      else if (piece.type === pieceType.byte) this.#bytes[Number.parseInt(piece.text.slice(3, 5), 16)] = id;
      else if (piece.type === pieceType.normal) {
        this.#ids.set(piece.text, id);
        if (crossesClasses(piece.text)) bridges.add(piece.text);
      }
    });
    this.#bridges = bridges;
  }

  control(name: ControlToken): number {
    const id = this.#controls.get(name);
    if (id === undefined) throw new Error(`the vocabulary lacks ${name}`);
    return id;
  }

  /** Token ids of `text`, with SentencePiece's leading space when `dummySpace`; control strings in it stay text. */
  encode(text: string, dummySpace = true): number[] {
    const escaped = ((dummySpace ? " " : "") + text).replaceAll(" ", "▁");
    const symbols: string[] = [];
    const ids: number[] = [];
    // Boilerplate pieces join chunks, and only after all other merges: chunk first, then join.
    for (const [chunk] of escaped.matchAll(chunkPattern)) symbols.push(...this.#chunk(chunk));
    for (const piece of this.#bridges.size > 0 ? this.#merge(symbols, (joined) => this.#bridges.has(joined)) : symbols)
      this.#emit(piece, ids);
    return ids;
  }

  #chunk(chunk: string): readonly string[] {
    const cached = this.#chunks.get(chunk);
    if (cached) return cached;
    const merged = this.#merge(Array.from(chunk), (joined) => !this.#bridges.has(joined));
    if (this.#chunks.size < 300_000) this.#chunks.set(chunk, merged);
    return merged;
  }

  #merge(start: readonly string[], allowed: (joined: string) => boolean): string[] {
    const symbols = [...start];
    for (;;) {
      let best = -1;
      let bestScore = -Infinity;
      for (let i = 0; i + 1 < symbols.length; i++) {
        const joined = symbols[i]! + symbols[i + 1]!;
        const id = this.#ids.get(joined);
        if (id === undefined || !allowed(joined)) continue;
        const score = this.pieces[id]!.score;
        if (score > bestScore) [best, bestScore] = [i, score];
      }
      if (best < 0) return symbols;
      symbols.splice(best, 2, symbols[best]! + symbols[best + 1]!);
    }
  }

  #emit(piece: string, ids: number[]): void {
    const id = this.#ids.get(piece);
    if (id !== undefined) ids.push(id);
    else for (const byte of new TextEncoder().encode(piece)) ids.push(this.#bytes[byte]!);
  }

  /** The text of the ids; control tokens are left out unless `special`. */
  decode(ids: Iterable<number>, special = false): string {
    const out: number[] = [];
    for (const id of ids) {
      const piece = this.pieces[id];
      if (!piece) continue;
      if (piece.type === pieceType.byte) out.push(Number.parseInt(piece.text.slice(3, 5), 16));
      else if (piece.type === pieceType.normal || special)
        out.push(...new TextEncoder().encode(piece.text.replaceAll("▁", " ")));
    }
    return new TextDecoder().decode(Uint8Array.from(out));
  }
}

/** Whether a piece holds letters and JSON punctuation: only the closed list of boilerplate does. */
function crossesClasses(text: string): boolean {
  const rest = text.replace(/^▁(?=\p{L}+$)/u, "");
  return letter.test(rest) && /[^\p{L}]/u.test(rest);
}
