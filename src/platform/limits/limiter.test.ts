import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ManualClock } from "../../../tests/support/manual-clock.ts";
import { openTestDatabase } from "../../../tests/support/test-database.ts";
import { AuditLog } from "../audit/audit-log.ts";
import type { Database } from "../storage/database.ts";
import { migrate } from "../storage/migrate.ts";
import { SCHEMA } from "../storage/migrations/all.ts";
import type { Caller } from "../tenancy/caller.ts";
import { Organizations } from "../tenancy/organizations.ts";
import { LimitRules } from "./limit-rules.ts";
import type { Limits } from "./limit-rules.ts";
import { Limiter } from "./limiter.ts";

const clock = new ManualClock();
const NONE: Limits = {
  requestsPerSecond: undefined,
  tokensPerMinute: undefined,
  tokensPerMonth: undefined,
  concurrentRequests: undefined,
};
let database: Database;
let organizations: Organizations;
let rules: LimitRules;
let limiter: Limiter;
let caller: Caller;

beforeAll(async () => {
  database = await openTestDatabase();
  await migrate(database, SCHEMA);
  const audit = new AuditLog({ database, clock });
  organizations = new Organizations({ database, clock, audit });
  rules = new LimitRules({ database, clock, audit });
  limiter = new Limiter({ rules, database, clock });
});
afterAll(async () => await database.close());
beforeEach(async () => {
  const { organization, workspace } = await organizations.create("Limited", "system");
  const ids = { organizationId: organization.id, workspaceId: workspace.id };
  caller = { ...ids, keyId: undefined, userId: undefined, scopes: new Set(["inference"]), models: undefined };
});

const limit = (limits: Partial<Limits>, over: { scope?: "organization" | "workspace"; model?: string } = {}) => {
  const { scope = "organization", model } = over;
  const scopeId = scope === "organization" ? caller.organizationId : caller.workspaceId;
  return rules.set({ organizationId: caller.organizationId, scope, scopeId, model, ...NONE, ...limits }, "system");
};
const admit = (tokens = 1, model = "small", by = caller) => limiter.admit({ caller: by, model, tokens });
const retryAfterMs = async (attempt: Promise<unknown>): Promise<number> => {
  const error = await attempt.then(
    () => new Error("was admitted"),
    (refused: unknown) => refused,
  );
  expect(error).toMatchObject({ code: "rate_limited" });
  return (error as { details: { retryAfterMs: number } }).details.retryAfterMs;
};

test("without rules everything passes and nothing is said", async () => {
  expect((await admit(1e9)).state).toBeUndefined();
});

test("ten requests a second are ten requests a second, over half a minute", async () => {
  await limit({ requestsPerSecond: 10 });
  let admitted = 0;
  for (let ms = 0; ms < 30_000; ms += 20) {
    await admit().then(
      () => (admitted += 1),
      () => undefined,
    );
    clock.advance(20);
  }
  expect(admitted).toBeGreaterThanOrEqual(300);
  expect(admitted).toBeLessThanOrEqual(310);
});

test("whoever waits as long as told is let in", async () => {
  await limit({ requestsPerSecond: 0.5, tokensPerMinute: 600 });
  await admit(600);
  const waitMs = await retryAfterMs(admit(100));
  expect(waitMs).toBe(10_000);
  clock.advance(waitMs - 1);
  await retryAfterMs(admit(100));
  clock.advance(1);
  await admit(100);
});

test("tokens are counted as asked for, then as used", async () => {
  await limit({ tokensPerMinute: 1_000 });
  const lease = await admit(1_000);
  await retryAfterMs(admit(1));
  lease.end(200);
  expect((await admit(300)).state).toMatchObject({ tokensPerMinute: 1_000, remainingTokens: 500, queryTokens: 300 });
});

test("concurrent requests are let in again as others end", async () => {
  await limit({ concurrentRequests: 2 });
  const first = await admit();
  await admit();
  expect(await retryAfterMs(admit())).toBeGreaterThan(0);
  first.end(1);
  await admit();
});

test("the month's tokens are refused until the month ends", async () => {
  await limit({ tokensPerMonth: 100 });
  (await admit(60)).end(60);
  const waitMs = await retryAfterMs(admit(50));
  const end = new Date(clock.nowMs() + waitMs);
  expect([end.getUTCDate(), end.getUTCHours(), end.getUTCMinutes()]).toEqual([1, 0, 0]);
  await admit(40);
});

test("a model's rule concerns that model alone; the tightest rule decides", async () => {
  await limit({ requestsPerSecond: 1 }, { model: "large" });
  await limit({ requestsPerSecond: 100 }, { scope: "workspace" });
  await admit(1, "large");
  await retryAfterMs(admit(1, "large"));
  expect((await admit(1, "small")).state).toMatchObject({ requestsPerMinute: 6_000 });
});

test("a request that one rule refuses counts for none", async () => {
  await limit({ requestsPerSecond: 5 });
  await limit({ concurrentRequests: 1 }, { scope: "workspace" });
  const lease = await admit();
  for (let i = 0; i < 10; i++) await retryAfterMs(admit());
  lease.end(1);
  expect((await admit()).state).toMatchObject({ remainingRequests: 3 });
});

test("a changed rule holds at once, a removed one no more", async () => {
  const rule = await limit({ requestsPerSecond: 1 });
  await admit();
  await retryAfterMs(admit());
  await limit({ requestsPerSecond: 2 });
  await admit();
  await admit();
  await retryAfterMs(admit());
  await rules.remove(caller.organizationId, rule.id, "system");
  await admit();
});

test("one organization's flood leaves the others' allowance alone", async () => {
  const quiet = caller;
  await limit({ requestsPerSecond: 1 });
  const { organization, workspace } = await organizations.create("Flood", "system");
  const flood = { ...caller, organizationId: organization.id, workspaceId: workspace.id };
  const rule = {
    organizationId: organization.id,
    scope: "organization" as const,
    scopeId: organization.id,
    model: undefined,
  };
  await rules.set({ ...rule, ...NONE, requestsPerSecond: 1 }, "system");
  await admit(1, "small", flood);
  for (let i = 0; i < 20; i++) await retryAfterMs(admit(1, "small", flood));
  await admit(1, "small", quiet);
});
