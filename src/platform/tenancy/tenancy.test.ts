import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { silentLogger } from "#base";
import { ManualClock } from "../../../tests/support/manual-clock.ts";
import { within } from "../../../tests/support/patience.ts";
import { openTestDatabase } from "../../../tests/support/test-database.ts";
import type { Database } from "../storage/database.ts";
import { migrate } from "../storage/migrate.ts";
import { SCHEMA } from "../storage/migrations/all.ts";
import { requireModel, requireScope } from "./caller.ts";
import { openTenancy } from "./open-tenancy.ts";
import type { Tenancy } from "./open-tenancy.ts";

const clock = new ManualClock();
const directory = mkdtempSync(join(tmpdir(), "tramontane-pepper-"));
let database: Database;
let tenancy: Tenancy;

const start = (configuredKey?: string) =>
  openTenancy({ database, directory, configuredKey, clock, logger: silentLogger });
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const place = () => ({ organizationId: tenancy.firstWorkspace.organizationId, workspaceId: tenancy.firstWorkspace.id });

beforeAll(async () => {
  database = await openTestDatabase();
  await migrate(database, SCHEMA);
  tenancy = await start("chosen-by-the-administrator");
});
afterAll(async () => {
  await tenancy.close();
  await database.close();
  rmSync(directory, { recursive: true, force: true });
});

test("the first start makes one organization and workspace, later starts find them", async () => {
  const again = await Promise.all([start("chosen-by-the-administrator"), start("chosen-by-the-administrator")]);
  for (const other of again) expect(other.firstWorkspace).toEqual(tenancy.firstWorkspace);
  expect(await database.query("select count(*) as n from organization")).toEqual([{ n: 1n }]);
  await Promise.all(again.map((other) => other.close()));
});

test("the configured key works for everything, and replacing it stops the one before", async () => {
  const caller = await tenancy.authenticate(bearer("chosen-by-the-administrator"));
  expect(caller).toMatchObject(place());
  expect(() => requireScope(caller, "admin")).not.toThrow();
  const replaced = await start("chosen-later");
  await expect(replaced.authenticate(bearer("chosen-by-the-administrator"))).rejects.toMatchObject({
    code: "unauthorized",
  });
  expect(await replaced.authenticate(bearer("chosen-later"))).toMatchObject(place());
  await (await start("chosen-by-the-administrator")).close();
  await replaced.close();
});

test("a made key is shown once, stored nowhere, and works in every header that clients send", async () => {
  const { key, secret } = await tenancy.keys.create({ ...place(), name: "mine", scopes: ["inference"] }, "system");
  expect(secret).toMatch(/^tmk_[0-9a-f]{8}_[A-Za-z0-9_-]{43}$/);
  for (const headers of [
    bearer(secret),
    { "api-key": secret },
    { "x-api-key": secret },
    { authorization: `bearer  ${secret}` },
  ])
    expect(await tenancy.authenticate(headers)).toMatchObject({ keyId: key.id });
  const stored = await database.query(
    "select to_jsonb(k)::text as text from api_key k union all select to_jsonb(a)::text from audit_event a",
  );
  const random = secret.split("_").at(-1)!;
  expect(stored.filter(({ text }) => String(text).includes(random))).toEqual([]);
  expect(secret.startsWith(key.prefix)).toBe(true);
});

test("a missing, wrong, cut or longer key is refused", async () => {
  const { secret } = await tenancy.keys.create({ ...place(), name: "near", scopes: ["inference"] }, "system");
  const wrong = [
    {},
    bearer(""),
    bearer("tmk_wrong"),
    bearer(secret.slice(0, -1)),
    bearer(`${secret}x`),
    { authorization: secret },
  ];
  for (const headers of wrong)
    await expect(tenancy.authenticate(headers)).rejects.toMatchObject({ code: "unauthorized" });
});

test("a revoked key stops at once here, and within 5 s in another process", async () => {
  const other = await start();
  const { key, secret } = await tenancy.keys.create({ ...place(), name: "doomed", scopes: ["inference"] }, "system");
  await tenancy.authenticate(bearer(secret));
  await other.authenticate(bearer(secret));
  await tenancy.keys.revoke(key.organizationId, key.id, "system");
  await expect(tenancy.authenticate(bearer(secret))).rejects.toMatchObject({ code: "unauthorized" });
  clock.advance(5_001);
  await expect(other.authenticate(bearer(secret))).rejects.toMatchObject({ code: "unauthorized" });
  await other.close();
});

test("a key stops when it expires, and a suspended organization's keys do not work", async () => {
  const expiresAt = new Date(clock.nowMs() + 1_000);
  const brief = await tenancy.keys.create({ ...place(), name: "brief", scopes: ["inference"], expiresAt }, "system");
  await tenancy.authenticate(bearer(brief.secret));
  clock.advance(1_000);
  await expect(tenancy.authenticate(bearer(brief.secret))).rejects.toThrow("expired");

  const { organization, workspace } = await tenancy.organizations.create("Other", "system");
  const other = { organizationId: organization.id, workspaceId: workspace.id };
  const { secret } = await tenancy.keys.create({ ...other, name: "k", scopes: ["inference"] }, "system");
  await tenancy.organizations.setStatus(organization.id, "suspended", "system");
  await expect(tenancy.authenticate(bearer(secret))).rejects.toMatchObject({ code: "unauthorized" });
});

test("another organization's key or workspace looks as if it did not exist", async () => {
  const { organization, workspace } = await tenancy.organizations.create("Stranger", "system");
  const { key } = await tenancy.keys.create({ ...place(), name: "ours", scopes: ["inference"] }, "system");
  await expect(tenancy.keys.revoke(organization.id, key.id, "system")).rejects.toMatchObject({ code: "not_found" });
  const crossed = { organizationId: place().organizationId, workspaceId: workspace.id, name: "x", scopes: [] };
  await expect(tenancy.keys.create(crossed, "system")).rejects.toMatchObject({ code: "not_found" });
  expect(await tenancy.keys.list(organization.id)).toEqual([]);
});

test("scopes and models that a key does not have are refused by name", async () => {
  const wanted = { ...place(), name: "narrow", scopes: ["inference"] as const, models: ["small"] };
  const { secret } = await tenancy.keys.create(wanted, "system");
  const caller = await tenancy.authenticate(bearer(secret));
  expect(() => requireModel(caller, "small")).not.toThrow();
  expect(() => requireModel(caller, "large")).toThrow("large");
  expect(() => requireScope(caller, "admin")).toThrow("admin");
});

test("the last use of a key is recorded by the time the process ends", async () => {
  const other = await start();
  const { key, secret } = await tenancy.keys.create({ ...place(), name: "used", scopes: ["inference"] }, "system");
  await other.authenticate(bearer(secret));
  await other.close();
  const listed = await tenancy.keys.list(key.organizationId);
  expect(listed.find(({ id }) => id === key.id)?.lastUsedAt).toEqual(new Date(clock.nowMs()));
});

test("known keys go on working for a minute while the store is away; unknown ones say that it is", async () => {
  let isAway = false;
  const flaky: Database = {
    ...database,
    query: async (sql, values) => (isAway ? Promise.reject(new Error("away")) : await database.query(sql, values)),
  };
  const other = await openTenancy({
    database: flaky,
    directory,
    configuredKey: undefined,
    clock,
    logger: silentLogger,
  });
  const { secret } = await other.keys.create({ ...place(), name: "flaky", scopes: ["inference"] }, "system");
  await other.authenticate(bearer(secret));
  isAway = true;
  clock.advance(30_000);
  expect(await other.authenticate(bearer(secret))).toMatchObject(place());
  await expect(other.authenticate(bearer("tmk_unknown"))).rejects.toMatchObject({ code: "storage_unavailable" });
  clock.advance(31_000);
  await expect(other.authenticate(bearer(secret))).rejects.toMatchObject({ code: "storage_unavailable" });
  isAway = false;
  await other.close();
});

test("a known key costs microseconds", async () => {
  const headers = bearer("chosen-by-the-administrator");
  await tenancy.authenticate(headers);
  const rounds = 5_000;
  const before = process.cpuUsage();
  for (let i = 0; i < rounds; i++) await tenancy.authenticate(headers);
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / rounds).toBeLessThan(within(60));
});

test("the pepper is readable by its owner alone and stays the same", () => {
  const path = join(directory, "key-pepper");
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readFileSync(path, "utf8")).toMatch(/^[0-9a-f]{64}$/);
});
