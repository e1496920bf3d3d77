import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isSqlState } from "./database.ts";
import type { Database } from "./database.ts";

/** What every store must do; each implementation runs it. */
export function databaseContract(name: string, open: () => Promise<Database>): void {
  describe(`${name} keeps the contract of Database`, () => {
    let database: Database;
    beforeAll(async () => {
      database = await open();
      await database.execute("create table item (id integer primary key, amount bigint not null default 0)");
    });
    afterAll(async () => await database.close());

    test("types arrive as documented", async () => {
      const [row] = await database.query(
        `select 9007199254740993::bigint as big, 0.1::numeric(38,12) as exact, '2024-02-26T00:00:00Z'::timestamptz as at,
                '{"a":[1]}'::jsonb as json, '\\x00ff'::bytea as bytes, array['x','y']::text[] as list, null::text as nothing`,
      );
      expect(row).toEqual({
        big: 9007199254740993n,
        exact: "0.100000000000",
        at: new Date("2024-02-26T00:00:00Z"),
        json: { a: [1] },
        bytes: Buffer.from([0, 255]),
        list: ["x", "y"],
        nothing: null,
      });
    });

    test("a parameter is data, whatever it says", async () => {
      const hostile = "'; drop table item; --";
      expect(await database.query("select $1::text as said", [hostile])).toEqual([{ said: hostile }]);
      expect(await database.query("select $1::bigint as n", [2n ** 62n])).toEqual([{ n: 2n ** 62n }]);
    });

    test("a transaction that throws leaves nothing", async () => {
      const doomed = database.transaction(async (session) => {
        await session.query("insert into item (id) values (1)");
        throw new Error("changed my mind");
      });
      await expect(doomed).rejects.toThrow("changed my mind");
      expect(await database.query("select id from item where id = 1")).toEqual([]);
    });

    test("a transaction that resolves is kept, and its result returned", async () => {
      const result = await database.transaction(async (session) => {
        await session.query("insert into item (id, amount) values (2, 7)");
        return "done";
      });
      expect(result).toBe("done");
      expect(await database.query("select amount from item where id = 2")).toEqual([{ amount: 7n }]);
    });

    test("an error carries the server's SQLSTATE, and the store stays usable", async () => {
      await database.query("insert into item (id) values (3)");
      const twice = database.query("insert into item (id) values (3)");
      await expect(twice).rejects.toSatisfy((error) => isSqlState(error, "23505"));
      expect(await database.query("select count(*) as n from item where id = 3")).toEqual([{ n: 1n }]);
    });

    test("a conflicting insert is skipped and says so", async () => {
      const sql = "insert into item (id) select unnest($1::int[]) on conflict do nothing returning id";
      expect(await database.query(sql, [[10, 11]])).toEqual([{ id: 10 }, { id: 11 }]);
      expect(await database.query(sql, [[11, 12]])).toEqual([{ id: 12 }]);
    });

    test("concurrent increments are all kept", async () => {
      await database.query("insert into item (id) values (20)");
      const increment = () =>
        database.transaction(async (session) => {
          const [row] = await session.query<{ amount: bigint }>("select amount from item where id = 20 for update");
          await session.query("update item set amount = $1 where id = 20", [row!.amount + 1n]);
        });
      await Promise.all(Array.from({ length: 20 }, increment));
      expect(await database.query("select amount from item where id = 20")).toEqual([{ amount: 20n }]);
    });
  });
}
