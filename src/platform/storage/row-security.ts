import { TramontaneError } from "#base";
import { isSqlState } from "./database.ts";
import type { Database, Queryable } from "./database.ts";
import { tablesInOrder } from "./backup.ts";

/** The role that tenants' queries run as: it sees the rows of one organisation, the one in `app.organization_id`. */
export const TENANT_ROLE = "tramontane_tenant";

const SECURITY_LOCK = 0x7472_6171;
const CURRENT = "nullif(current_setting('app.organization_id', true), '')::uuid";
/** The same for everybody, and read only. */
const SHARED = ["price_list", "price_item"];

interface Column {
  readonly table: string;
  readonly column: string;
  /** The table and column it refers to; null when it refers to none. */
  readonly parent: string | null;
  readonly parent_column: string | null;
}

/**
 * Gives every table that belongs to organisations a policy for the tenants' role. Which rows are whose is read from the
 * schema: a table with `organization_id`, or whose rows hang on such a table's, so that no later table is forgotten; any
 * other is closed to the role. The owner of the tables, who answers requests, is not affected. Idempotent.
 */
export async function secureRows(database: Database): Promise<void> {
  if (await isSecured(database)) return;
  await database.transaction(async (session) => {
    await session.query("select pg_advisory_xact_lock($1)", [SECURITY_LOCK]);
    await makeRole(session);
    const columns = await readColumns(session);
    const owned = new Set<string>();
    for (const table of await tablesInOrder(session)) {
      if (SHARED.includes(table)) {
        await session.query(`grant select on "${table}" to ${TENANT_ROLE}`);
        continue;
      }
      await session.query(`alter table "${table}" enable row level security`);
      const condition = conditionOf(table, columns, owned);
      if (condition !== undefined) {
        owned.add(table);
        await session.query(`drop policy if exists tenant on "${table}"`);
        await session.query(`create policy tenant on "${table}" to ${TENANT_ROLE} using (${condition})`);
        await session.query(`grant select, insert, update, delete on "${table}" to ${TENANT_ROLE}`);
      }
    }
  });
}

/** The rows of `table` that belong to the current organisation, as SQL; undefined: not a table of organisations. */
function conditionOf(table: string, columns: readonly Column[], owned: ReadonlySet<string>): string | undefined {
  if (table === "organization") return `id = ${CURRENT}`;
  // Somebody may belong to several organisations; each sees those who belong to it.
  if (table === "app_user") return "exists (select 1 from membership m where m.user_id = app_user.id)";
  const own = columns.filter((it) => it.table === table);
  if (own.some(({ column }) => column === "organization_id")) return `organization_id = ${CURRENT}`;
  const link = own.find(({ parent }) => parent !== null && parent !== "app_user" && owned.has(parent));
  if (link === undefined) return undefined;
  const { column, parent, parent_column: key } = link;
  return `exists (select 1 from "${parent}" parent where parent."${key}" = "${table}"."${column}")`;
}

/** Whether nothing has changed since: every table has its policy, or needs none. */
async function isSecured(database: Database): Promise<boolean> {
  const [row] = await database.query<{ open: bigint }>(
    `select count(*) as open from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
       and not c.relrowsecurity and c.relname <> all($1)`,
    [["schema_migration", ...SHARED]],
  );
  return row!.open === 0n;
}

async function readColumns(session: Queryable): Promise<Column[]> {
  return await session.query<Column>(
    `select c.relname as table, a.attname as column, f.confrelid::regclass::text as parent, p.attname as parent_column
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     left join pg_constraint f on f.conrelid = c.oid and f.contype = 'f' and f.conkey = array[a.attnum] and a.attnotnull
       and f.confrelid <> c.oid
     left join pg_attribute p on p.attrelid = f.confrelid and p.attnum = f.confkey[1]
     where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace order by c.relname, a.attnum`,
  );
}

/** Roles belong to the whole database server: another database of it may have made ours, even just now. */
const MAKE_ROLE = `do $$
begin
  begin
    if not exists (select from pg_roles where rolname = '${TENANT_ROLE}') then
      create role ${TENANT_ROLE} nologin noinherit;
    end if;
  exception when duplicate_object or unique_violation or insufficient_privilege then null;
  end;
  begin
    execute format('grant ${TENANT_ROLE} to %I', current_user);
  exception when undefined_object or insufficient_privilege then null;
  end;
  perform set_config('role', '${TENANT_ROLE}', true);
  perform set_config('role', 'none', true);
end $$`;

async function makeRole(session: Queryable): Promise<void> {
  try {
    await session.query(MAKE_ROLE);
  } catch (error) {
    if (!isSqlState(error, "42501") && !isSqlState(error, "22023")) throw error;
    throw new TramontaneError(
      "storage_unavailable",
      `The database has no role ${TENANT_ROLE} that its user may take.`,
      {
        cause: error,
        hint: `As an administrator of the database: create role ${TENANT_ROLE} nologin; grant ${TENANT_ROLE} to USER;`,
      },
    );
  }
}
