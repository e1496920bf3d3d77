import { createHash, randomUUID } from "node:crypto";
import type { Call } from "../inference/call.ts";
import { dot } from "../libraries/dot.ts";
import type { Embedder } from "../libraries/embed-texts.ts";
import { fuseRankings } from "../libraries/fuse-rankings.ts";
import { wordsOf } from "../libraries/words-of.ts";

/** Passages of a long file that are compared by meaning; of a longer one, those that share most words with the question. */
const COMPARED = 256;
/** Vectors kept, so that the next question about a file embeds the question alone. A thousand numbers each. */
const KEPT_VECTORS = 4096;
const QUESTION_CHARACTERS = 2000;

/** Says which passages of a text speak of a question: by words and by meaning, merged by rank, as libraries do. */
export class PassageRanker {
  readonly #embedder: Pick<Embedder, "model" | "embed">;
  /** By model and text; the least recently used first. */
  readonly #vectors = new Map<string, Float32Array>();

  constructor(embedder: Pick<Embedder, "model" | "embed">) {
    this.#embedder = embedder;
  }

  /**
   * The places of the passages, the best first; those that nothing speaks for come last, in their order. Without an
   * embedding model, or when it fails, words alone decide.
   */
  async rank(passages: readonly string[], question: string, call: Call): Promise<readonly number[]> {
    const byWords = rankByWords(passages, question);
    const all = passages.map((_, index) => index);
    const compared = passages.length <= COMPARED ? all : byWords.slice(0, COMPARED);
    const byMeaning = await this.#rankByMeaning(passages, compared, { question, call }).catch(() => {
      call.signal.throwIfAborted();
      return [];
    });
    const fused = fuseRankings([byWords, byMeaning], (index) => index);
    return [...new Set([...fused, ...all])];
  }

  async #rankByMeaning(
    passages: readonly string[],
    compared: readonly number[],
    { question, call }: { readonly question: string; readonly call: Call },
  ): Promise<readonly number[]> {
    const { model } = this.#embedder;
    const asked = question.slice(0, QUESTION_CHARACTERS);
    if (model === undefined || asked.trim() === "" || compared.length === 0) return [];
    const texts = [asked, ...compared.map((index) => passages[index]!)];
    const keys = texts.map((text) => `${model} ${createHash("sha256").update(text).digest("base64")}`);
    const found = new Map(keys.map((key) => [key, this.#vectors.get(key)]));
    const missing = texts.filter((_, index) => found.get(keys[index]!) === undefined);
    if (missing.length > 0) {
      // A request of its own: it is billed beside the answer, not instead of it.
      const embedded = await this.#embedder.embed(missing, { ...call, requestId: randomUUID() });
      if (embedded === undefined) return [];
      const missed = keys.filter((key) => found.get(key) === undefined);
      for (const [index, key] of missed.entries()) found.set(key, embedded.vectors[index]!);
    }
    this.#keep(found);
    const [wanted, ...vectors] = keys.map((key) => found.get(key)!);
    return compared
      .map((index, place) => ({ index, closeness: dot(wanted!, vectors[place]!) }))
      .toSorted((a, b) => b.closeness - a.closeness)
      .map(({ index }) => index);
  }

  #keep(used: ReadonlyMap<string, Float32Array | undefined>): void {
    for (const [key, vector] of used) {
      this.#vectors.delete(key);
      this.#vectors.set(key, vector!);
    }
    for (const key of this.#vectors.keys()) {
      if (this.#vectors.size <= KEPT_VECTORS) return;
      this.#vectors.delete(key);
    }
  }
}

/** The passages that share words with the question; rare words say more about where an answer stands. */
function rankByWords(passages: readonly string[], question: string): number[] {
  const words = passages.map(wordsOf);
  const asked = [...wordsOf(question)].map((word) => ({
    word,
    weight: Math.log(1 + passages.length / (1 + words.filter((known) => known.has(word)).length)),
  }));
  return words
    .map((known, index) => ({
      index,
      score: asked.reduce((sum, { word, weight }) => sum + (known.has(word) ? weight : 0), 0),
    }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score || a.index - b.index)
    .map(({ index }) => index);
}
