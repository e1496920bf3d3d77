import { createHash } from "node:crypto";
import { TramontaneError } from "#base";
import type { Queryable } from "./database.ts";

/** A function of the database. Unlike a step of the schema it is edited in place: its text is the whole of it. */
export interface SchemaFunction {
  readonly name: string;
  /** Counts its changes: of two programs on one database the newer one's text holds. */
  readonly revision: number;
  /** Replaces it, whatever was there: `create or replace function`; called only when the tables are up to date. */
  readonly sql: string;
}

/** Those that the database has in another form, or not at all. Throws `storage_schema` when it has a newer one. */
export async function staleFunctions(
  session: Queryable,
  functions: readonly SchemaFunction[],
): Promise<readonly SchemaFunction[]> {
  const rows = await session.query<{ name: string; mark: string | null }>(
    `select proname as name, obj_description(oid, 'pg_proc') as mark from pg_proc
     where pronamespace = 'public'::regnamespace and proname = any($1)`,
    [functions.map(({ name }) => name)],
  );
  const marks = new Map(rows.map(({ name, mark }) => [name, mark]));
  return functions.filter((it) => {
    const mark = marks.get(it.name);
    const revision = Number(/^revision (\d+),/.exec(mark ?? "")?.[1] ?? 0);
    if (revision > it.revision) {
      const message = `The database's function ${it.name} is of revision ${revision}, which this version does not know.`;
      throw new TramontaneError("storage_schema", message, { hint: "Start the newer Tramontane that made it." });
    }
    return mark !== markOf(it);
  });
}

/** Gives the database this form of it, marked with what it is. */
export async function replaceFunction(session: Queryable, it: SchemaFunction): Promise<void> {
  await session.query(it.sql);
  await session.query(`comment on function ${it.name} is '${markOf(it)}'`);
}

/** Stands in the function's own comment, so that it is dumped and restored with it. */
const markOf = ({ revision, sql }: SchemaFunction): string =>
  `revision ${revision}, ${createHash("sha256").update(sql).digest("hex")}`;
