import { afterAll, beforeAll, expect, test } from "vitest";
import { ManualClock } from "../../../tests/support/manual-clock.ts";
import { openTestDatabase } from "../../../tests/support/test-database.ts";
import type { Database } from "../storage/database.ts";
import { migrate } from "../storage/migrate.ts";
import { SCHEMA } from "../storage/migrations/all.ts";
import { Organizations } from "../tenancy/organizations.ts";
import { AuditLog } from "./audit-log.ts";

const clock = new ManualClock();
let database: Database;
let audit: AuditLog;
let organizationId: string;

beforeAll(async () => {
  database = await openTestDatabase();
  await migrate(database, SCHEMA);
  audit = new AuditLog({ database, clock });
  const { organization } = await new Organizations({ database, clock, audit }).create("Audited", "system");
  organizationId = organization.id;
});
afterAll(async () => await database.close());

const append = (event: string) =>
  database.transaction((session) =>
    audit.append(session, { organizationId, actor: "user:1", event, target: "thing:1", details: { event } }),
  );
/** Changes the table behind the log's back, as an attacker with the database's password would, then undoes it. */
async function tampered(sql: string): Promise<unknown> {
  const undone = new Error("undo");
  let verdict: unknown;
  await database
    .transaction(async (session) => {
      await session.query("alter table audit_event disable trigger all");
      await session.query(sql);
      const inside: Database = { ...database, query: (text, values) => session.query(text, values) };
      verdict = await new AuditLog({ database: inside, clock }).verify(organizationId);
      throw undone;
    })
    .catch((error: unknown) => {
      if (error !== undone) throw error;
    });
  return verdict;
}

test("concurrent records get consecutive numbers and one intact chain", async () => {
  await Promise.all(Array.from({ length: 20 }, (_, i) => append(`thing.change${i}`)));
  const records = await audit.read(organizationId);
  expect(records.map(({ sequence }) => Number(sequence))).toEqual(records.map((_, i) => i + 1));
  expect(await audit.verify(organizationId)).toEqual({
    intact: true,
    records: BigInt(records.length),
    headHash: records.at(-1)!.hash,
  });
});

test("a record whose transaction rolls back leaves no gap", async () => {
  const before = (await audit.read(organizationId)).length;
  const doomed = database.transaction(async (session) => {
    await audit.append(session, { organizationId, actor: "system", event: "a.b", target: "c:d" });
    throw new Error("no");
  });
  await expect(doomed).rejects.toThrow("no");
  await append("thing.after");
  expect((await audit.read(organizationId)).at(-1)!.sequence).toBe(BigInt(before + 1));
});

test("the database refuses to change, delete or truncate records", async () => {
  for (const sql of ["update audit_event set actor = 'x'", "delete from audit_event", "truncate audit_event"])
    await expect(database.query(sql)).rejects.toThrow("never changed");
});

test("a changed, removed, reordered or cut record is found, and where", async () => {
  const at = "where sequence = 5";
  expect(await tampered(`update audit_event set actor = 'user:2' ${at}`)).toEqual({ intact: false, brokenAt: 5n });
  expect(await tampered(`update audit_event set details = '{}' ${at}`)).toEqual({ intact: false, brokenAt: 5n });
  expect(await tampered(`delete from audit_event ${at}`)).toEqual({ intact: false, brokenAt: 5n });
  const last = (await audit.read(organizationId)).length;
  const cut = `delete from audit_event where sequence = ${last}`;
  expect(await tampered(cut)).toEqual({ intact: false, brokenAt: BigInt(last) });
  expect(await audit.verify(organizationId)).toMatchObject({ intact: true });
});
