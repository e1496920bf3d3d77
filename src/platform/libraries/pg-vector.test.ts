import { PGlite } from "@electric-sql/pglite";
import { vector } from "@electric-sql/pglite-pgvector";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SeededRandom } from "#base";
import type { Queryable } from "../storage/database.ts";
import { SCHEMA } from "../storage/migrations/all.ts";
import { uuidv7 } from "../uuid.ts";
import { hasPgVector, nearestByPgVector } from "./pg-vector.ts";
import { VectorShelf } from "./vector-shelf.ts";

const BYTEA = 17;
const DIMENSIONS = 24;
const MODEL = "embed";

let pglite: PGlite;
let store: Queryable;
const random = new SeededRandom(7n);

beforeAll(async () => {
  const parsers = { [BYTEA]: (text: string) => Buffer.from(text.slice(2), "hex") };
  pglite = await PGlite.create({ extensions: { vector }, parsers });
  store = { query: async (sql, values = []) => (await pglite.query(sql, [...values])).rows as never };
  for (const { sql } of SCHEMA.steps.toSorted((a, b) => a.version - b.version)) await pglite.exec(sql);
  // Organisations and libraries have nothing to do with it.
  await pglite.exec("set session_replication_role = replica");
}, 300_000);
afterAll(() => pglite.close());

const unit = (): number[] => {
  const numbers = Array.from({ length: DIMENSIONS }, () => random.next() - 0.5);
  const length = Math.hypot(...numbers);
  return numbers.map((number) => number / length);
};

async function addDocument(
  libraryId: string,
  about: { model?: string; status?: string; vectors: (number[] | null)[] },
) {
  const id = uuidv7(Date.now());
  await store.query(
    `insert into library_document (id, library_id, name, bytes, sha256, uploaded_by, caller, status, embedding_model, created_at, processed_at)
     values ($1, $2, 'd', 1, '', '', '{}', $3, $4, now(), now())`,
    [id, libraryId, about.status ?? "done", about.model ?? MODEL],
  );
  for (const [position, numbers] of about.vectors.entries())
    await store.query("insert into library_chunk (document_id, position, text, embedding) values ($1, $2, '', $3)", [
      id,
      position,
      numbers,
    ]);
  return id;
}

test("pgvector finds the same chunks in the same order as the comparison in this process", async () => {
  expect(await hasPgVector(store)).toBe(false);
  await pglite.exec("create extension vector");
  expect(await hasPgVector(store)).toBe(true);
  const [library, other, elsewhere] = [1, 2, 3].map((n) => uuidv7(n)) as [string, string, string];
  const same = unit();
  for (let count = 0; count < 4; count += 1) {
    // The same vector in every document: what is equally near comes in one order too.
    await addDocument(library, { vectors: [same, ...Array.from({ length: 12 }, unit), null] });
    await addDocument(other, { vectors: Array.from({ length: 5 }, unit) });
  }
  const strangers = [
    await addDocument(elsewhere, { vectors: [same] }),
    await addDocument(library, { vectors: [same], model: "another" }),
    await addDocument(library, { vectors: [same], status: "in_progress" }),
  ];
  const shelf = new VectorShelf(store as never);
  for (const asked of [same, ...Array.from({ length: 20 }, unit)]) {
    const wish = { libraryIds: [library, other], model: MODEL, vector: Float32Array.from(asked), count: 20 };
    const [here, there] = [await shelf.nearest(wish), await nearestByPgVector(store, wish)];
    expect(there).toHaveLength(20);
    expect(there).toEqual(here);
    expect(there.filter(({ document_id: id }) => strangers.includes(id))).toEqual([]);
  }
});
