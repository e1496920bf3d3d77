import { createReadStream, createWriteStream, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { TramontaneError } from "#base";
import { contentFolder, contentLines, ContentReader, isContentStart } from "./backup-contents.ts";
import type { Database, Queryable } from "./database.ts";
import { migrate } from "./migrate.ts";
import { MIGRATIONS, SCHEMA } from "./migrations/all.ts";

/** What a backup says of itself, in its first line. Version 1 held no contents of files. */
interface Header {
  readonly format: "tramontane-backup";
  readonly version: 1 | 2;
  readonly schema: readonly number[];
  /** The pepper of the key hashes: without it no restored key works. */
  readonly pepper: string;
}

export interface BackupParts {
  readonly database: Database;
  /** Folder of the pepper, and of the uploaded files' contents. */
  readonly directory: string;
  readonly file: string;
}

export interface BackupSize {
  readonly rows: number;
  /** Contents of files. */
  readonly files: number;
}

const PAGE_ROWS = 1000;
const PEPPER = "key-pepper";

/**
 * Writes one moment of the whole store into a file: gzip over lines of JSON, a header, per table its name and its rows, then
 * the contents of the uploaded files. Other work goes on meanwhile. The file holds the pepper and is for its owner alone.
 */
export async function backup({ database, directory, file }: BackupParts): Promise<BackupSize> {
  let rows = 0;
  let files = 0;
  const scratch = `${file}.part`;
  try {
    await database.transaction(async (session) => {
      await session.query("set transaction isolation level repeatable read, read only");
      const pepper = readFileSync(join(directory, PEPPER), "utf8").trim();
      const counted = async function* (): AsyncGenerator<string> {
        for await (const line of backupLines(session, pepper)) {
          rows += line.isRow ? 1 : 0;
          yield `${line.text}\n`;
        }
        for await (const line of contentLines(contentFolder(directory))) {
          files += isContentStart(line) ? 1 : 0;
          yield `${line}\n`;
        }
      };
      await pipeline(Readable.from(counted()), createGzip(), createWriteStream(scratch, { mode: 0o600 }));
    });
    renameSync(scratch, file);
  } catch (error) {
    rmSync(scratch, { force: true });
    throw error;
  }
  return { rows, files };
}

async function* backupLines(session: Queryable, pepper: string): AsyncGenerator<{ text: string; isRow: boolean }> {
  const applied = await session.query<{ version: number }>("select version from schema_migration order by version");
  const schema = applied.map((row) => row.version);
  const header: Header = { format: "tramontane-backup", version: 2, schema, pepper };
  yield { text: JSON.stringify(header), isRow: false };
  for (const table of await tablesInOrder(session)) {
    yield { text: JSON.stringify({ table }), isRow: false };
    await session.query(`declare rows no scroll cursor for select row_to_json(t)::text as text from "${table}" t`);
    for (;;) {
      const page = await session.query<{ text: string }>(`fetch ${PAGE_ROWS} from rows`);
      for (const { text } of page) yield { text, isRow: true };
      if (page.length < PAGE_ROWS) break;
    }
    await session.query("close rows");
  }
}

/** Every table but the list of schema steps, each after those it refers to. */
export async function tablesInOrder(session: Queryable): Promise<string[]> {
  const rows = await session.query<{ name: string; needs: string[] }>(
    `select c.relname as name, array(select distinct f.confrelid::regclass::text from pg_constraint f
       where f.conrelid = c.oid and f.contype = 'f' and f.confrelid <> c.oid) as needs
     from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and c.relname <> 'schema_migration' order by 1`,
  );
  const ordered: string[] = [];
  while (ordered.length < rows.length) {
    const next = rows.filter(({ name, needs }) => !ordered.includes(name) && needs.every((it) => ordered.includes(it)));
    if (next.length === 0) throw new Error("tables refer to each other in a circle");
    ordered.push(...next.map(({ name }) => name));
  }
  return ordered;
}

/**
 * Fills an empty store from a backup, in one transaction, and brings its schema up to date. Errors: `conflict` when the store
 * is not empty, `invalid_request` when the file is no whole backup, `storage_schema` when it is from a newer version.
 */
export async function restore({ database, directory, file }: BackupParts): Promise<BackupSize> {
  const lines = createInterface({
    input: createReadStream(file).pipe(createGunzip()),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  const iterator = lines[Symbol.asyncIterator]();
  try {
    const header = readHeader(await iterator.next());
    const newest = Math.max(0, ...header.schema);
    if (newest > Math.max(...MIGRATIONS.map((it) => it.version))) {
      throw new TramontaneError("storage_schema", "The backup was made by a newer version.", {
        hint: "Restore it with that version.",
      });
    }
    await refuseIfUsed(database);
    await migrate(database, {
      steps: MIGRATIONS.filter(({ version }) => header.schema.includes(version)),
      functions: [],
    });
    const contents = new ContentReader(contentFolder(directory));
    const size = await database.transaction(async (session) => {
      const { rows, next } = await insertAll(session, iterator);
      const files = await contents.take(next, iterator);
      // A file removed while the backup was made: its row was seen, its content no more.
      if (header.version > 1) await session.query("delete from stored_file where id <> all($1)", [files]);
      return { rows, files: files.length };
    });
    writeFileSync(join(directory, PEPPER), header.pepper, { mode: 0o600 });
    await migrate(database, SCHEMA);
    return size;
  } finally {
    lines.close();
  }
}

async function refuseIfUsed(database: Database): Promise<void> {
  const [table] = await database.query<{ name: string | null }>("select to_regclass('organization')::text as name");
  const used = table!.name === null ? [] : await database.query("select 1 as found from organization limit 1");
  if (used.length === 0) return;
  throw new TramontaneError(
    "conflict",
    "The store already holds an organization: a backup is restored into an empty one.",
    {
      hint: "Choose another TRAMONTANE_DATA_DIR, or another database.",
    },
  );
}

/** Inserts the rows of all tables; gives back the line after the last of them. */
async function insertAll(
  session: Queryable,
  lines: AsyncIterator<string>,
): Promise<{ rows: number; next: IteratorResult<string> }> {
  let table: string | undefined;
  let page: string[] = [];
  let rows = 0;
  const known = await tablesInOrder(session);
  const flush = async (): Promise<void> => {
    if (page.length === 0) return;
    await session.query(`insert into "${table}" select * from json_populate_recordset(null::"${table}", $1::json)`, [
      `[${page.join(",")}]`,
    ]);
    rows += page.length;
    page = [];
  };
  let line = await lines.next();
  for (; line.done !== true && !isContentStart(line.value); line = await lines.next()) {
    const named = /^\{"table":"(\w+)"\}$/.exec(line.value)?.[1];
    if (named === undefined) page.push(line.value);
    if (named !== undefined || page.length === PAGE_ROWS) await flush();
    if (named === undefined) continue;
    if (!known.includes(named))
      throw new TramontaneError("invalid_request", `The backup holds a table "${named}" that nobody knows.`);
    table = named;
  }
  await flush();
  return { rows, next: line };
}

function readHeader(line: IteratorResult<string>): Header {
  try {
    const header = JSON.parse(String(line.value)) as Partial<Header>;
    if (
      header.format === "tramontane-backup" &&
      (header.version === 1 || header.version === 2) &&
      header.pepper !== undefined
    )
      return header as Header;
  } catch {
    // Falls through to the refusal.
  }
  throw new TramontaneError("invalid_request", "The file is not a backup of this product.");
}
