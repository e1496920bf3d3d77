import type { Queryable } from "../storage/database.ts";
import type { ChunkKey } from "./library-search.ts";
import type { NearestWish } from "./vector-shelf.ts";

/** Whether the store can compare vectors itself: somebody has made the extension there. */
export async function hasPgVector(database: Queryable): Promise<boolean> {
  const [row] = await database.query("select 1 as found from pg_extension where extname = 'vector'");
  return row !== undefined;
}

/** What `VectorShelf.nearest` finds, compared inside the store by the extension pgvector. */
export async function nearestByPgVector(
  database: Queryable,
  { libraryIds, model, vector, count }: NearestWish,
): Promise<readonly ChunkKey[]> {
  return await database.query<ChunkKey>(
    `select c.document_id, c.position from library_chunk c join library_document d on d.id = c.document_id
     where d.library_id = any($1) and d.status = 'done' and d.embedding_model = $2 and c.embedding is not null
     order by c.embedding::vector <=> $3::real[]::vector, c.document_id, c.position limit $4`,
    [libraryIds, model, [...vector], count],
  );
}
