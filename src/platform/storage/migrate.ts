import { createHash } from "node:crypto";
import { TramontaneError } from "#base";
import type { Database, Queryable } from "./database.ts";
import { replaceFunction, staleFunctions } from "./schema-functions.ts";
import type { SchemaFunction } from "./schema-functions.ts";

/** One forward step of the schema. Once released, its SQL never changes: a later step corrects it. */
export interface Migration {
  /** Order of application; unique. */
  readonly version: number;
  readonly name: string;
  /** Tables and what is in them. Functions stand in `functions/`, and are there only when all steps have been made. */
  readonly sql: string;
  /** Checksum of the text before functions were taken out of it. */
  readonly formerly?: string;
}

/** What a database must have for this program. */
export interface Schema {
  readonly steps: readonly Migration[];
  readonly functions: readonly SchemaFunction[];
}

const MIGRATION_LOCK = 0x7472_616f;

/**
 * Brings the schema up to date: each pending step in a transaction of its own, one process at a time, then the functions
 * whose text is another. Returns the versions of the steps applied. Throws `storage_schema` when the database is ahead of
 * this program or a released step has been edited.
 */
export async function migrate(database: Database, { steps, functions }: Schema): Promise<number[]> {
  const ordered = steps.toSorted((a, b) => a.version - b.version);
  const applied: number[] = [];
  // The first look costs no lock: replicas that start together find the work done.
  if (!(await hasAllSteps(database, ordered))) {
    for (const step of ordered)
      if (await locked(database, (session) => apply(session, step))) applied.push(step.version);
  }
  if ((await staleFunctions(database, functions)).length > 0) {
    await locked(database, async (session) => {
      for (const stale of await staleFunctions(session, functions)) await replaceFunction(session, stale);
    });
  }
  return applied;
}

function locked<T>(database: Database, work: (session: Queryable) => Promise<T>): Promise<T> {
  return database.transaction(async (session) => {
    await session.query("select pg_advisory_xact_lock($1)", [MIGRATION_LOCK]);
    return await work(session);
  });
}

/** Whether it was still to be done. */
async function apply(session: Queryable, step: Migration): Promise<boolean> {
  await session.query(`create table if not exists schema_migration (
    version integer primary key, name text not null, checksum text not null, applied_at timestamptz not null default now())`);
  const [row] = await session.query("select 1 as found from schema_migration where version = $1", [step.version]);
  if (row !== undefined) return false;
  await session.query(step.sql);
  await session.query("insert into schema_migration (version, name, checksum) values ($1, $2, $3)", [
    step.version,
    step.name,
    checksum(step),
  ]);
  return true;
}

async function hasAllSteps(database: Database, steps: readonly Migration[]): Promise<boolean> {
  const [table] = await database.query<{ name: string | null }>("select to_regclass('schema_migration')::text as name");
  if (table!.name === null) return false;
  const rows = await database.query<{ version: number; checksum: string }>(
    "select version, checksum from schema_migration",
  );
  const known = new Map(steps.map((step) => [step.version, step]));
  for (const { version, checksum: recorded } of rows) {
    const step = known.get(version);
    if (step === undefined) {
      throw new TramontaneError(
        "storage_schema",
        `The database has schema step ${version}, which this version does not know.`,
        {
          hint: "Start the newer Tramontane that made it, or restore a backup from before.",
        },
      );
    }
    if (checksum(step) !== recorded && step.formerly !== recorded) {
      throw new TramontaneError(
        "storage_schema",
        `Schema step ${version} (${step.name}) was edited after it was applied.`,
      );
    }
  }
  return rows.length === steps.length;
}

function checksum(step: Migration): string {
  return createHash("sha256").update(step.sql).digest("hex");
}
