import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestDatabase } from "../../../tests/support/test-database.ts";
import type { Database } from "./database.ts";
import { migrate } from "./migrate.ts";
import type { Migration, Schema } from "./migrate.ts";
import { SCHEMA } from "./migrations/all.ts";

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(async () => await database.close());

const first = { version: 1, name: "first", sql: "create table one (id integer); create table two (id integer)" };
const second = { version: 2, name: "second", sql: "alter table one add column said text not null default 'x'" };
const steps = (...list: Migration[]): Schema => ({ steps: list, functions: [] });

test("replicas that start together apply each step once, in order", async () => {
  const applied = await Promise.all(Array.from({ length: 6 }, () => migrate(database, steps(second, first))));
  expect(applied.flat().toSorted((a, b) => a - b)).toEqual([1, 2]);
  expect(await database.query("select said from one")).toEqual([]);
});

test("a step that fails leaves nothing and stops there", async () => {
  const broken = { version: 3, name: "broken", sql: "create table three (id integer); select 1/0" };
  await expect(migrate(database, steps(first, second, broken))).rejects.toThrow("division by zero");
  expect(await database.query("select to_regclass('three')::text as name")).toEqual([{ name: null }]);
  expect(await migrate(database, steps(first, second))).toEqual([]);
});

test("an older program refuses a newer database, and an edited step is noticed", async () => {
  await expect(migrate(database, steps(first))).rejects.toMatchObject({ code: "storage_schema" });
  const edited = { ...second, sql: second.sql + " " };
  await expect(migrate(database, steps(first, edited))).rejects.toThrow(/edited after it was applied/);
});

test("a step that functions were taken out of is the one that was applied before", async () => {
  const sum = createHash("sha256").update(second.sql).digest("hex");
  const shorter = { ...second, sql: "alter table one add column said text" };
  await expect(migrate(database, steps(first, shorter))).rejects.toThrow(/edited after it was applied/);
  expect(await migrate(database, steps(first, { ...shorter, formerly: sum }))).toEqual([]);
});

const greeting = (revision: number, word: string): Schema => ({
  steps: [first, second],
  functions: [
    {
      name: "greeting",
      revision,
      sql: `create or replace function greeting() returns text language sql as $$ select '${word}' $$`,
    },
  ],
});
const greet = () => database.query("select greeting() as said");

test("a function is replaced when its text has changed, and an older program does not bring the old one back", async () => {
  await Promise.all([migrate(database, greeting(1, "hello")), migrate(database, greeting(1, "hello"))]);
  expect(await greet()).toEqual([{ said: "hello" }]);
  await migrate(database, greeting(2, "bonjour"));
  expect(await greet()).toEqual([{ said: "bonjour" }]);
  await expect(migrate(database, greeting(1, "hello"))).rejects.toMatchObject({ code: "storage_schema" });
  expect(await greet()).toEqual([{ said: "bonjour" }]);
});

test("no step makes a function that stands in a file of its own", () => {
  const made = SCHEMA.steps.flatMap(({ name, sql }) =>
    SCHEMA.functions.flatMap((it) => (sql.includes(`function ${it.name}`) ? [`${name}: ${it.name}`] : [])),
  );
  expect(made).toEqual([]);
});
