import type { Database } from "../storage/database.ts";
import type { ChunkKey } from "./library-search.ts";
import { dot } from "./dot.ts";

/** The vectors of one document, one after the other. */
interface ShelvedDocument {
  readonly positions: readonly number[];
  readonly vectors: Float32Array;
}

/** Which vectors are wanted, by either way of comparing them. */
export interface NearestWish {
  readonly libraryIds: readonly string[];
  /** Only vectors of the model that made `vector`. */
  readonly model: string;
  readonly vector: Float32Array;
  readonly count: number;
}

const MOST_BYTES = 256 * 2 ** 20;
/** What `array_send` puts before the numbers: dimensions, flags, type, length and lower bound. */
const HEADER_BYTES = 20;
/** A length and a number, big-endian. */
const NUMBER_BYTES = 8;

/** Compares vectors exactly, in this process: the documents used last are kept in memory. */
export class VectorShelf {
  readonly #database: Database;
  /** By document and when it was processed; least recently used first. */
  readonly #documents = new Map<string, ShelvedDocument>();
  #bytes = 0;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The nearest chunks by cosine, the nearest first; of equals, by document and position. */
  async nearest({ libraryIds, model, vector, count }: NearestWish): Promise<readonly ChunkKey[]> {
    const documents = await this.#database.query<{ id: string; processed_at: Date }>(
      "select id, processed_at from library_document where library_id = any($1) and status = 'done' and embedding_model = $2 order by id",
      [libraryIds, model],
    );
    let best: { readonly key: ChunkKey; readonly score: number }[] = [];
    for (const { id, processed_at: processedAt } of documents) {
      const { positions, vectors } = await this.#take(id, processedAt);
      const scored = positions.map((position, index) => ({
        key: { document_id: id, position },
        score: dot(vector, vectors, index * vector.length),
      }));
      best = [...best, ...scored].toSorted((a, b) => b.score - a.score).slice(0, count);
    }
    return best.map(({ key }) => key);
  }

  async #take(id: string, processedAt: Date): Promise<ShelvedDocument> {
    const name = `${id} ${processedAt.getTime()}`;
    const document = this.#documents.get(name) ?? (await this.#read(id));
    if (this.#documents.delete(name)) this.#bytes -= document.vectors.byteLength;
    this.#documents.set(name, document);
    this.#bytes += document.vectors.byteLength;
    for (const [oldest, { vectors }] of this.#documents) {
      if (this.#bytes <= MOST_BYTES || oldest === name) break;
      this.#documents.delete(oldest);
      this.#bytes -= vectors.byteLength;
    }
    return document;
  }

  async #read(id: string): Promise<ShelvedDocument> {
    const rows = await this.#database.query<{ position: number; vector: Buffer }>(
      `select position, array_send(embedding) as vector from library_chunk
       where document_id = $1 and embedding is not null order by position`,
      [id],
    );
    const length = rows.length === 0 ? 0 : (rows[0]!.vector.length - HEADER_BYTES) / NUMBER_BYTES;
    const vectors = new Float32Array(rows.length * length);
    for (const [row, { vector }] of rows.entries()) {
      for (let index = 0; index < length; index += 1) {
        vectors[row * length + index] = vector.readFloatBE(HEADER_BYTES + index * NUMBER_BYTES + 4);
      }
    }
    return { positions: rows.map(({ position }) => position), vectors };
  }
}
