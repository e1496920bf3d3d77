import { createHash } from "node:crypto";
import { TramontaneError } from "#base";
import type { Database } from "./database.ts";

/** One forward step of the schema. Once released, its SQL never changes: a later step corrects it. */
export interface Migration {
  /** Order of application; unique. */
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

const MIGRATION_LOCK = 0x7472_616f;

/**
 * Brings the schema up to date: each pending step in a transaction of its own, one process at a time. Returns the versions
 * applied. Throws `storage_schema` when the database is ahead of this program or a released step has been edited.
 */
export async function migrate(database: Database, migrations: readonly Migration[]): Promise<number[]> {
  const ordered = migrations.toSorted((a, b) => a.version - b.version);
  const applied: number[] = [];
  // The first look costs no lock: replicas that start together find the work done.
  if (await isUpToDate(database, ordered)) return applied;
  for (const migration of ordered) {
    const isNew = await database.transaction(async (session) => {
      await session.query("select pg_advisory_xact_lock($1)", [MIGRATION_LOCK]);
      await session.query(`create table if not exists schema_migration (
        version integer primary key, name text not null, checksum text not null, applied_at timestamptz not null default now())`);
      const [row] = await session.query("select 1 as found from schema_migration where version = $1", [
        migration.version,
      ]);
      if (row !== undefined) return false;
      await session.query(migration.sql);
      await session.query("insert into schema_migration (version, name, checksum) values ($1, $2, $3)", [
        migration.version,
        migration.name,
        checksum(migration),
      ]);
      return true;
    });
    if (isNew) applied.push(migration.version);
  }
  return applied;
}

async function isUpToDate(database: Database, migrations: readonly Migration[]): Promise<boolean> {
  const [table] = await database.query<{ name: string | null }>("select to_regclass('schema_migration')::text as name");
  if (table!.name === null) return false;
  const rows = await database.query<{ version: number; checksum: string }>(
    "select version, checksum from schema_migration",
  );
  const known = new Map(migrations.map((migration) => [migration.version, migration]));
  for (const { version, checksum: recorded } of rows) {
    const migration = known.get(version);
    if (migration === undefined) {
      throw new TramontaneError(
        "storage_schema",
        `The database has schema step ${version}, which this version does not know.`,
        {
          hint: "Start the newer Tramontane that made it, or restore a backup from before.",
        },
      );
    }
    if (checksum(migration) !== recorded) {
      throw new TramontaneError(
        "storage_schema",
        `Schema step ${version} (${migration.name}) was edited after it was applied.`,
      );
    }
  }
  return rows.length === migrations.length;
}

function checksum(migration: Migration): string {
  return createHash("sha256").update(migration.sql).digest("hex");
}
