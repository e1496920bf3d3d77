import type { Clock } from "#base";
import type { Passage } from "#protocol";
import type { DocumentLookup } from "../agents/document-tool.ts";
import type { Catalog } from "../catalog.ts";
import type { Call } from "../inference/call.ts";
import type { Database } from "../storage/database.ts";
import { uuidv7 } from "../uuid.ts";
import type { Embedder } from "./embed-texts.ts";
import { fuseRankings } from "./fuse-rankings.ts";
import type { Libraries } from "./libraries.ts";
import { hasPgVector, nearestByPgVector } from "./pg-vector.ts";
import { VectorShelf } from "./vector-shelf.ts";
import { wordsOf } from "./words-of.ts";

export interface LibrarySearchParts {
  readonly database: Database;
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly libraries: Libraries;
  readonly embedder: Embedder;
}

export interface SearchWish {
  readonly libraryIds: readonly string[];
  readonly query: string;
  readonly passages: number;
}

interface ChunkRow {
  readonly document_id: string;
  readonly library_id: string;
  readonly name: string;
  readonly position: number;
  readonly page: number | null;
  readonly text: string;
}

/** What each of the two ways of looking brings along. */
const CANDIDATES = 20;
const QUERY_CHARACTERS = 2000;
const PASSAGES = 6;
/** Characters of passages per token of the window: a third of it, for most languages. */
const WINDOW_CHARACTERS = 1.2;

/**
 * Finds the passages that answer a question: by meaning (the embedding model's vectors) and by words (the store's full-text
 * index), merged by rank, so that neither a weak model nor a strange word loses them. Vectors are compared exactly: by
 * pgvector inside the store where it is installed, else here.
 */
export class LibrarySearch implements DocumentLookup {
  readonly #parts: LibrarySearchParts;
  readonly #shelf: VectorShelf;
  #hasPgVector: Promise<boolean> | undefined;

  constructor(parts: LibrarySearchParts) {
    this.#parts = parts;
    this.#shelf = new VectorShelf(parts.database);
  }

  /** The best passages, as many as take about a third of the model's window. Errors: those of `search`, `invalid_model`. */
  async lookUp(
    call: Call,
    { model, ...wish }: { readonly libraryIds: readonly string[]; readonly query: string; readonly model: string },
  ): Promise<readonly Passage[]> {
    const { spec, current } = this.#parts.catalog.resolve(model);
    let left = (current?.engine.info.contextTokens ?? spec.contextTokens) * WINDOW_CHARACTERS;
    const passages: Passage[] = [];
    for (const passage of await this.search(call, { ...wish, passages: PASSAGES })) {
      if (left < passage.text.length && passages.length > 0) break;
      passages.push({ ...passage, text: passage.text.slice(0, left) });
      left -= passage.text.length;
    }
    return passages;
  }

  /** The best first. Errors: `not_found` for a library the caller may not read. */
  async search(call: Call, { libraryIds, query, passages }: SearchWish): Promise<readonly Passage[]> {
    const { libraries, embedder } = this.#parts;
    const ids = await libraries.readable(call.caller, libraryIds);
    const asked = query.slice(0, QUERY_CHARACTERS);
    // A request of its own: it is billed beside the answer, not instead of it.
    const { caller, dialect, signal } = call;
    const own: Call = { requestId: uuidv7(this.#parts.clock.nowMs()), caller, dialect, signal };
    const [byWords, byMeaning] = await Promise.all([
      this.#byWords(ids, asked),
      embedder.embed([asked], own).then(async (embedded) => {
        const [vector] = embedded?.vectors ?? [];
        return embedded && vector ? await this.#byMeaning(ids, vector, embedded.model) : [];
      }),
    ]);
    const nameOf = (key: ChunkKey): string => `${key.document_id} ${key.position}`;
    const best = fuseRankings([byWords, byMeaning], nameOf).slice(0, passages);
    return await this.#read(best);
  }

  async #byWords(libraryIds: readonly string[], query: string): Promise<readonly ChunkKey[]> {
    const words = [...wordsOf(query)].slice(0, 64);
    if (words.length === 0) return [];
    return await this.#parts.database.query<ChunkKey>(
      `select c.document_id, c.position from library_chunk c join library_document d on d.id = c.document_id,
         to_tsquery('simple', $2) as asked
       where d.library_id = any($1) and d.status = 'done' and to_tsvector('simple', c.text) @@ asked
       order by ts_rank_cd(to_tsvector('simple', c.text), asked, 1) desc, c.document_id, c.position limit ${CANDIDATES}`,
      [libraryIds, words.map((word) => `'${word}'`).join(" | ")],
    );
  }

  async #byMeaning(libraryIds: readonly string[], vector: Float32Array, model: string): Promise<readonly ChunkKey[]> {
    this.#hasPgVector ??= hasPgVector(this.#parts.database);
    if (!(await this.#hasPgVector)) {
      return await this.#shelf.nearest({ libraryIds, model, vector, count: CANDIDATES });
    }
    return await nearestByPgVector(this.#parts.database, { libraryIds, model, vector, count: CANDIDATES });
  }

  async #read(keys: readonly ChunkKey[]): Promise<readonly Passage[]> {
    const rows = await this.#parts.database.query<ChunkRow>(
      `select c.document_id, d.library_id, d.name, c.position, c.page, c.text
       from unnest($1::uuid[], $2::int[]) with ordinality as wanted (document_id, position, rank)
       join library_chunk c using (document_id, position) join library_document d on d.id = c.document_id order by rank`,
      [keys.map((key) => key.document_id), keys.map(({ position }) => position)],
    );
    return rows.map(({ document_id, library_id, name, ...rest }) => ({
      ...rest,
      documentId: document_id,
      libraryId: library_id,
      documentName: name,
    }));
  }
}

export interface ChunkKey {
  readonly document_id: string;
  readonly position: number;
}
