import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestDatabase } from "../../../tests/support/test-database.ts";
import { uuidv7 } from "../uuid.ts";
import { tablesInOrder } from "./backup.ts";
import type { Database } from "./database.ts";
import { migrate } from "./migrate.ts";
import { SCHEMA } from "./migrations/all.ts";
import { secureRows } from "./row-security.ts";
import { TenantScope } from "./tenant-scope.ts";

const scope = new TenantScope();
const [ours, theirs] = [uuidv7(1), uuidv7(2)];
let store: Database;
let database: Database;

beforeAll(async () => {
  store = await openTestDatabase();
  await migrate(store, SCHEMA);
  await secureRows(store);
  database = scope.guard(store);
  for (const id of [ours, theirs]) {
    const [list, invoice] = [uuidv7(3), uuidv7(4)];
    await store.query("insert into organization (id, name, created_at) values ($1, 'n', now())", [id]);
    await store.query("insert into workspace values ($1, $2, 'w', now())", [uuidv7(5), id]);
    await store.query("insert into price_list values ($1, $2, 'EUR', now())", [list, id]);
    await store.transaction(async (session) => {
      await session.query("insert into invoice values ($1, $2, 1, 'usage', '2024-02', 1, 1, 'EUR', 0, now())", [
        invoice,
        id,
      ]);
      await session.query("insert into invoice_line values ($1, 1, 'usage', $2, null, null, 1, 1, 1, false)", [
        invoice,
        id,
      ]);
    });
    const user = uuidv7(6);
    await store.query("insert into app_user (id, email, name, created_at) values ($1, $2, 'n', now())", [user, id]);
    await store.query("insert into membership values ($1, $2, 'owner', now())", [user, id]);
  }
});
afterAll(async () => await store.close());

const read = (table: string) => database.query<Record<string, unknown>>(`select * from "${table}"`);
const as = <T>(id: string, work: () => Promise<T>) => scope.run(id, work);

test("a query that forgets its condition finds its own organisation's rows and no other's", async () => {
  expect(await as(ours, () => read("organization"))).toMatchObject([{ id: ours }]);
  expect(await as(ours, () => read("workspace"))).toMatchObject([{ organization_id: ours }]);
  expect(await as(ours, () => read("invoice_line"))).toMatchObject([{ description: ours }]);
  expect(await as(ours, () => read("app_user"))).toMatchObject([{ email: ours }]);
  expect(await as(uuidv7(9), () => read("workspace"))).toEqual([]);
  expect(await read("workspace")).toHaveLength(2);
});

test("a change that forgets its condition changes no other's rows, and makes none", async () => {
  await as(ours, () => database.query("update workspace set name = 'renamed'"));
  const names = await database.query("select organization_id, name from workspace order by organization_id");
  expect(names).toEqual([
    { organization_id: ours, name: "renamed" },
    { organization_id: theirs, name: "w" },
  ]);
  await as(ours, () => database.query("delete from membership"));
  expect(await read("membership")).toMatchObject([{ organization_id: theirs }]);
  const forged = as(ours, () =>
    database.query("insert into workspace values ($1, $2, 'forged', now())", [uuidv7(7), theirs]),
  );
  await expect(forged).rejects.toThrow("row-level security");
});

test("a transaction is held to it too, and leaves the connection as it was", async () => {
  const seen = await as(ours, () =>
    database.transaction(async (session) => await session.query("select id from organization")),
  );
  expect(seen).toEqual([{ id: ours }]);
  const roles = Array.from({ length: 10 }, () => database.query<{ role: string }>("select current_user as role"));
  for (const [row] of await Promise.all(roles)) expect(row!.role).toBe("tramontane");
});

test("two organisations at once see each their own", async () => {
  const rounds = Array.from({ length: 20 }, async (_, i) => {
    const id = i % 2 === 0 ? ours : theirs;
    const [row] = await as(id, async () => {
      await new Promise(setImmediate);
      return await read("organization");
    });
    expect(row!["id"]).toBe(id);
  });
  await Promise.all(rounds);
});

test("every table is either of organisations, or the same for all, or closed", async () => {
  const open: string[] = [];
  for (const table of await tablesInOrder(store)) {
    const rows = await as(uuidv7(9), () => read(table)).catch(() => "closed");
    if (rows !== "closed" && rows.length > 0) open.push(table);
  }
  expect(open).toEqual(["price_list"]);
  const unprotected = await as(ours, () => read("gateway_instance")).catch((error: Error) => error.message);
  expect(unprotected).toContain("permission denied");
});

test("a table that a later step adds is guarded at the next start, without a word about it", async () => {
  await store.execute(`
    create table later (id uuid primary key, organization_id uuid not null references organization);
    create table later_part (later_id uuid not null references later);
    create table stray (id integer)`);
  await secureRows(store);
  const id = uuidv7(8);
  await store.query("insert into later values ($1, $2)", [id, theirs]);
  await store.query("insert into later_part values ($1)", [id]);
  expect(await as(ours, () => read("later_part"))).toEqual([]);
  expect(await as(theirs, () => read("later_part"))).toHaveLength(1);
  await expect(as(ours, () => read("stray"))).rejects.toThrow("permission denied");
});
