import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { silentLogger } from "#base";
import { ManualClock } from "../../../tests/support/manual-clock.ts";
import { openTestDatabase } from "../../../tests/support/test-database.ts";
import { AuditLog } from "../audit/audit-log.ts";
import { parseMoney } from "../billing/money.ts";
import { PriceLists } from "../billing/price-lists.ts";
import { verifyUsage } from "../billing/verify-usage.ts";
import type { Database } from "../storage/database.ts";
import { migrate } from "../storage/migrate.ts";
import { SCHEMA } from "../storage/migrations/all.ts";
import { Organizations } from "../tenancy/organizations.ts";
import { uuidv7 } from "../uuid.ts";
import { Budgets } from "./budgets.ts";
import { Meter } from "./meter.ts";
import type { AttemptEnd } from "./outcome.ts";
import type { Spender } from "./spending.ts";

const clock = new ManualClock();
let database: Database;
let organizations: Organizations;
let prices: PriceLists;
let budgets: Budgets;
let meter: Meter;
let spender: Spender;

/** 1 unit per million tokens: a token costs a million pico-units. */
const PER_TOKEN = 1_000_000n;
const item = (model: string, perToken: bigint) => ({
  model,
  mode: "standard" as const,
  input: perToken,
  cachedInput: perToken / 10n,
  output: perToken,
  commitmentEligible: true,
});

beforeAll(async () => {
  database = await openTestDatabase();
  await migrate(database, SCHEMA);
  const audit = new AuditLog({ database, clock });
  organizations = new Organizations({ database, clock, audit });
  budgets = new Budgets({ database, clock, audit });
  prices = new PriceLists({ database, clock });
  const validFrom = new Date(clock.nowMs());
  await prices.add({ name: "list", currency: "EUR", validFrom, items: [item("small", PER_TOKEN)] });
  meter = await Meter.open({ database, prices, clock, logger: silentLogger });
});
afterAll(async () => {
  await meter.close();
  await database.close();
});
beforeEach(async () => {
  spender = await newSpender();
});

async function newSpender(): Promise<Spender> {
  const { organization, workspace } = await organizations.create("Customer", "system");
  await database.query("insert into balance (organization_id, price_list) values ($1, 'list')", [organization.id]);
  return { organizationId: organization.id, workspaceId: workspace.id, keyId: uuidv7(clock.nowMs()) };
}
const ask = (promptTokens: number, maxOutputTokens: number, by = spender) => ({
  requestId: uuidv7(clock.nowMs()),
  spender: by,
  model: "small",
  mode: "standard" as const,
  countPrompt: () => Promise.resolve(promptTokens),
  maxOutputTokens,
});
const end = (promptTokens: number, outputTokens: number, over: Partial<AttemptEnd> = {}): AttemptEnd => ({
  ending: "completed",
  promptTokens,
  cachedTokens: 0,
  outputTokens,
  promptProcessed: true,
  ...over,
});
const totals = async (by = spender) => {
  const sql = "select spent, reserved, sequence from balance where organization_id = $1";
  return (await database.query(sql, [by.organizationId]))[0];
};
const events = (by = spender) =>
  database.query(
    "select outcome, amount, prompt_tokens, output_tokens from usage_event where organization_id = $1 order by sequence",
    [by.organizationId],
  );

test("an intent reserves the most a request may cost; its settlement costs what was used", async () => {
  const ticket = await meter.begin(ask(100, 50));
  expect(await totals()).toMatchObject({ spent: 0n, reserved: 150n * PER_TOKEN });
  await ticket.settle(end(100, 20, { cachedTokens: 60 }));
  expect(await totals()).toEqual({ spent: 66n * PER_TOKEN, reserved: 0n, sequence: 1n });
});

test("settling twice, at once or later, moves money once", async () => {
  const ticket = await meter.begin(ask(10, 10));
  await Promise.all([ticket.settle(end(10, 5)), ticket.settle(end(10, 5)), ticket.settle(end(10, 9), { attempt: 1 })]);
  await ticket.settle(end(10, 10));
  expect(await totals()).toEqual({ spent: 15n * PER_TOKEN, reserved: 0n, sequence: 1n });
});

test.each<[string, Partial<AttemptEnd>, Record<string, unknown>]>([
  ["complete", {}, { outcome: "completed", amount: 30n * PER_TOKEN }],
  ["the client left after some tokens", { ending: "abandoned" }, { outcome: "partial", amount: 30n * PER_TOKEN }],
  ["the engine broke after some tokens", { ending: "broken" }, { outcome: "partial", amount: 30n * PER_TOKEN }],
  [
    "the client left, prompt done, no token",
    { ending: "abandoned", outputTokens: 0 },
    { outcome: "partial", amount: 20n * PER_TOKEN },
  ],
  [
    "the client left before the prompt was done",
    { ending: "abandoned", outputTokens: 0, promptProcessed: false },
    { outcome: "failed", amount: 0n },
  ],
  [
    "the engine broke before any token",
    { ending: "broken", outputTokens: 0 },
    { outcome: "failed", amount: 0n, prompt_tokens: 0 },
  ],
])("the rule table: %s", async (_, over, expected) => {
  await (await meter.begin(ask(20, 50))).settle(end(20, 10, over));
  expect(await events()).toMatchObject([expected]);
  expect(await totals()).toMatchObject({ reserved: 0n });
});

test("a price that changes at an instant is the one of the intent's instant", async () => {
  const validFrom = new Date(clock.nowMs() + 60_000);
  await prices.add({ name: "list", currency: "EUR", validFrom, items: [item("small", 3n * PER_TOKEN)] });
  clock.advance(59_999);
  const before = await meter.begin(ask(1, 1));
  clock.advance(1);
  const after = await meter.begin(ask(1, 1));
  await before.settle(end(1, 1));
  await after.settle(end(1, 1));
  expect(await events()).toMatchObject([{ amount: 2n * PER_TOKEN }, { amount: 6n * PER_TOKEN }]);
  const later = new Date(clock.nowMs() + 1);
  await prices.add({ name: "list", currency: "EUR", validFrom: later, items: [item("small", PER_TOKEN)] });
  clock.advance(10_000);
});

describe("budgets", () => {
  const set = (cap: bigint, atCap: "stop" | "warn" | "overage", over = {}) =>
    budgets.set(
      {
        organizationId: spender.organizationId,
        scope: "organization",
        scopeId: spender.organizationId,
        period: "month",
        cap,
        atCap,
        ...over,
      },
      "system",
    );

  test("a hard cap is never passed, however many requests come at once, and nearly all of it can be used", async () => {
    await set(100n * 20n * PER_TOKEN, "stop");
    const outcomes = await Promise.allSettled(Array.from({ length: 160 }, () => meter.begin(ask(10, 10))));
    const admitted = outcomes.filter((outcome) => outcome.status === "fulfilled");
    expect(admitted).toHaveLength(100);
    for (const outcome of outcomes)
      if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ code: "budget_exceeded" });
    await Promise.all(admitted.map((outcome) => outcome.value.settle(end(10, 10))));
    expect(await totals()).toMatchObject({ spent: 2000n * PER_TOKEN, reserved: 0n });
    await expect(meter.begin(ask(1, 0))).rejects.toMatchObject({ code: "budget_exceeded" });
  });

  test("what a request did not use is free for others at once", async () => {
    await set(100n * PER_TOKEN, "stop");
    const ticket = await meter.begin(ask(10, 90));
    await expect(meter.begin(ask(10, 10))).rejects.toMatchObject({ code: "budget_exceeded" });
    await ticket.settle(end(10, 10));
    await (await meter.begin(ask(10, 70))).settle(end(10, 70));
    expect(await totals()).toMatchObject({ spent: 100n * PER_TOKEN });
  });

  test("a soft cap lets requests through and remembers when it was passed", async () => {
    await set(5n * PER_TOKEN, "warn");
    await (await meter.begin(ask(10, 10))).settle(end(10, 10));
    expect(await budgets.list(spender.organizationId)).toMatchObject([
      { spent: 20n * PER_TOKEN, passedAt: new Date(clock.nowMs()) },
    ]);
  });

  test("a key's budget stops that key alone, and a month's budget starts anew with the month", async () => {
    const keyId = uuidv7(clock.nowMs());
    await database.query(
      `insert into api_key (id, organization_id, workspace_id, name, prefix, hash, origin, scopes, created_by, created_at)
       values ($1, $2, $3, 'k', 'p', sha256($4), 'created', '{}', 'system', now())`,
      [keyId, spender.organizationId, spender.workspaceId, Buffer.from(keyId)],
    );
    await set(20n * PER_TOKEN, "stop", { scope: "key", scopeId: keyId });
    const withKey = { ...spender, keyId };
    await (await meter.begin(ask(10, 10, withKey))).settle(end(10, 10));
    await expect(meter.begin(ask(1, 1, withKey))).rejects.toThrow("key's budget");
    await (await meter.begin(ask(1, 1))).settle(end(1, 1));
    clock.advance(35 * 86_400_000);
    await (await meter.begin(ask(1, 1, withKey))).settle(end(1, 1));
    expect(await verifyUsage(database)).toEqual([]);
  });

  test("a model's budget counts and stops that model alone, beside one for all of them", async () => {
    const large = (tokens: number) => ({ ...ask(tokens, 0), model: "large" });
    const validFrom = new Date(clock.nowMs() + 1);
    const items = [item("small", PER_TOKEN), item("large", PER_TOKEN)];
    await prices.add({ name: "list", currency: "EUR", validFrom, items });
    clock.advance(1);
    await (await meter.begin(large(4))).settle(end(4, 0));
    await (await meter.begin(ask(3, 0))).settle(end(3, 0));
    const ofLarge = await set(10n * PER_TOKEN, "stop", { model: "large" });
    clock.advance(1);
    const ofAll = await set(20n * PER_TOKEN, "stop");
    expect([ofLarge.spent, ofAll.spent]).toEqual([4n * PER_TOKEN, 7n * PER_TOKEN]);
    const running = await meter.begin(large(6));
    await expect(meter.begin(large(1))).rejects.toMatchObject({ code: "budget_exceeded" });
    await (await meter.begin(ask(7, 0))).settle(end(7, 0));
    await expect(meter.begin(ask(1, 0))).rejects.toMatchObject({ code: "budget_exceeded" });
    await running.settle(end(5, 0));
    await (await meter.begin(large(1))).settle(end(1, 0));
    expect(await budgets.list(spender.organizationId)).toMatchObject([
      { model: "large", spent: 10n * PER_TOKEN, reserved: 0n },
      { model: undefined, spent: 20n * PER_TOKEN, reserved: 0n },
    ]);
    expect(await verifyUsage(database)).toEqual([]);
  });

  test("a budget set in the middle of things counts what is already spent and running", async () => {
    await (await meter.begin(ask(10, 0))).settle(end(10, 0));
    const running = await meter.begin(ask(5, 5));
    expect(await set(30n * PER_TOKEN, "stop")).toMatchObject({ spent: 10n * PER_TOKEN, reserved: 10n * PER_TOKEN });
    await expect(meter.begin(ask(11, 0))).rejects.toMatchObject({ code: "budget_exceeded" });
    await running.settle(end(5, 5));
  });

  test("a budget for another organization's workspace does not exist", async () => {
    const stranger = await newSpender();
    const crossed = set(1n, "stop", { scope: "workspace", scopeId: stranger.workspaceId });
    await expect(crossed).rejects.toMatchObject({ code: "not_found" });
  });
});

test("requests of a process that died are settled once by their last progress, in the customer's favour", async () => {
  const dying = await Meter.open({ database, prices, clock, logger: silentLogger });
  const streaming = await dying.begin(ask(10, 50));
  await dying.begin(ask(7, 50));
  streaming.progress({ promptTokens: 10, outputTokens: 512 });
  await expect
    .poll(async () => await database.query("select 1 from usage_intent where output_tokens = 512"))
    .toHaveLength(1);
  const heirs = await Promise.all([1, 2].map(() => Meter.open({ database, prices, clock, logger: silentLogger })));
  expect(await heirs[0]!.recover()).toBe(0);
  expect(await events()).toMatchObject([
    { outcome: "recovered", prompt_tokens: 10, output_tokens: 512, amount: 522n * PER_TOKEN },
    { outcome: "recovered", prompt_tokens: 0, output_tokens: 0, amount: 0n },
  ]);
  await streaming.settle(end(10, 40));
  expect(await totals()).toEqual({ spent: 522n * PER_TOKEN, reserved: 0n, sequence: 2n });
  await Promise.all([dying, ...heirs].map((it) => it.close()));
});

test("hundreds of concurrent requests of several organizations share commits, and every total agrees", async () => {
  const customers = await Promise.all(Array.from({ length: 5 }, newSpender));
  const one = async (i: number) => {
    const ticket = await meter.begin(ask(10, 10, customers[i % 5]));
    await ticket.settle(end(10, i % 10, i % 7 === 0 ? { ending: "broken" } : {}));
  };
  await Promise.all(Array.from({ length: 400 }, (_, i) => one(i)));
  expect(await verifyUsage(database)).toEqual([]);
  const [row] = await database.query("select count(*) as n from usage_event where organization_id = any($1)", [
    customers.map((it) => it.organizationId),
  ]);
  expect(row).toEqual({ n: 400n });
});

test("verification notices a total, an amount or a missing event that was tampered with", async () => {
  await (await meter.begin(ask(10, 10))).settle(end(10, 10));
  await database.query("update balance set spent = spent + 1 where organization_id = $1", [spender.organizationId]);
  expect(await verifyUsage(database)).toMatchObject([
    { what: "spent = sum of events", organizationId: spender.organizationId },
  ]);
  await database.query("update balance set spent = spent - 1 where organization_id = $1", [spender.organizationId]);
  const forged = `insert into usage_event select gen_random_uuid(), 0, organization_id, sequence + 1, workspace_id, api_key_id, model, mode,
    prompt_tokens, cached_tokens, output_tokens, amount + 1, outcome, estimated, price_list_id, discount_basis_points, at, operation, endings, duration_ms, first_text_ms from usage_event where organization_id = $1`;
  await database.query(forged, [spender.organizationId]);
  const found = await verifyUsage(database);
  expect(found.map(({ what }) => what.replace(/[0-9a-f-]{36}/, "ID"))).toEqual([
    "amount of event ID = its tokens at its price",
    "events numbered without gaps",
    "last event number",
    "spent = sum of events",
  ]);
});

test("amounts on the wire are exact decimals", () => {
  expect(parseMoney("0.000001")).toBe(PER_TOKEN);
});
