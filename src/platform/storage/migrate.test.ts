import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestDatabase } from "../../../tests/support/test-database.ts";
import type { Database } from "./database.ts";
import { migrate } from "./migrate.ts";

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(async () => await database.close());

const first = { version: 1, name: "first", sql: "create table one (id integer); create table two (id integer)" };
const second = { version: 2, name: "second", sql: "alter table one add column said text not null default 'x'" };

test("replicas that start together apply each step once, in order", async () => {
  const applied = await Promise.all(Array.from({ length: 6 }, () => migrate(database, [second, first])));
  expect(applied.flat().toSorted((a, b) => a - b)).toEqual([1, 2]);
  expect(await database.query("select said from one")).toEqual([]);
});

test("a step that fails leaves nothing and stops there", async () => {
  const broken = { version: 3, name: "broken", sql: "create table three (id integer); select 1/0" };
  await expect(migrate(database, [first, second, broken])).rejects.toThrow("division by zero");
  expect(await database.query("select to_regclass('three')::text as name")).toEqual([{ name: null }]);
  expect(await migrate(database, [first, second])).toEqual([]);
});

test("an older program refuses a newer database, and an edited step is noticed", async () => {
  await expect(migrate(database, [first])).rejects.toMatchObject({ code: "storage_schema" });
  const edited = { ...second, sql: second.sql + " " };
  await expect(migrate(database, [first, edited])).rejects.toThrow(/edited after it was applied/);
});
