import { afterAll, beforeAll, expect, test } from "vitest";
import { silentLogger } from "#base";
import { ManualClock } from "../../../tests/support/manual-clock.ts";
import { openTestDatabase } from "../../../tests/support/test-database.ts";
import { AuditLog } from "../audit/audit-log.ts";
import { PriceLists } from "../billing/price-lists.ts";
import type { Database } from "../storage/database.ts";
import { migrate } from "../storage/migrate.ts";
import { SCHEMA } from "../storage/migrations/all.ts";
import { Organizations } from "../tenancy/organizations.ts";
import { uuidv7 } from "../uuid.ts";
import { Meter } from "./meter.ts";
import type { Spender } from "./spending.ts";
import { reportUsage } from "./usage-report.ts";

const DAY_MS = 86_400_000;
const clock = new ManualClock();
let database: Database;
let organizations: Organizations;
let meter: Meter;

beforeAll(async () => {
  database = await openTestDatabase();
  await migrate(database, SCHEMA);
  organizations = new Organizations({ database, clock, audit: new AuditLog({ database, clock }) });
  meter = await Meter.open({ database, prices: new PriceLists({ database, clock }), clock, logger: silentLogger });
});
afterAll(async () => {
  await meter.close();
  await database.close();
});

async function newSpender(): Promise<Spender> {
  const { organization, workspace } = await organizations.create("Customer", "system");
  return { organizationId: organization.id, workspaceId: workspace.id, keyId: undefined };
}

async function answered(spender: Spender, firstTextMs: number | undefined, mode: "standard" | "batch" = "standard") {
  const request = { requestId: uuidv7(clock.nowMs()), spender, model: "small", mode };
  const ticket = await meter.begin({ ...request, countPrompt: () => Promise.resolve(1), maxOutputTokens: 1 });
  const trace = { operation: "chat", endings: ["stop"], durationMs: 9999, firstTextMs };
  const tokens = { promptTokens: 1, cachedTokens: 0, outputTokens: 1, promptProcessed: true };
  await ticket.settle({ ending: "completed", ...tokens }, { trace });
}
const report = async (spender: Spender, groupBy: Parameters<typeof reportUsage>[1]["groupBy"]) => {
  const { organizationId } = spender;
  const [from, to] = [new Date(clock.nowMs() - DAY_MS), new Date(clock.nowMs() + DAY_MS)];
  return await reportUsage(database, { organizationId, from, to, groupBy });
};

test("half of the answers began within the median, 95 of 100 within the other; batches do not count", async () => {
  const spender = await newSpender();
  for (let index = 1; index <= 21; index += 1) await answered(spender, index * 10);
  await answered(spender, 100_000, "batch");
  await answered(spender, undefined);
  await answered(await newSpender(), 100_000);
  const [all] = await report(spender, []);
  expect(all).toMatchObject({ requests: 23, firstTextMs: { p50: 110, p95: 200 } });
});

test("each group has its own times, and none where nothing was answered at once", async () => {
  const spender = await newSpender();
  const [ana, luca] = [uuidv7(clock.nowMs()), uuidv7(clock.nowMs())];
  await answered({ ...spender, userId: ana }, 10);
  await answered({ ...spender, userId: ana }, 30);
  await answered({ ...spender, userId: luca }, undefined);
  await answered(spender, 500);
  const rows = new Map((await report(spender, ["user"])).map((row) => [row.group.user, row]));
  expect(rows.get(ana)).toMatchObject({ requests: 2, firstTextMs: { p50: 20, p95: 29 }, userName: undefined });
  expect(rows.get(luca)).toMatchObject({ requests: 1, firstTextMs: undefined });
  expect(rows.get(null)).toMatchObject({ requests: 1, firstTextMs: { p50: 500, p95: 500 } });
  expect(await report(spender, ["day", "user", "model"])).toHaveLength(3);
});
