import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { silentLogger } from "#base";
import { ManualClock } from "../../../tests/support/manual-clock.ts";
import { openTestDatabase } from "../../../tests/support/test-database.ts";
import { AuditLog } from "../audit/audit-log.ts";
import { Meter } from "../metering/meter.ts";
import type { Database } from "../storage/database.ts";
import { migrate } from "../storage/migrate.ts";
import { SCHEMA } from "../storage/migrations/all.ts";
import { Organizations } from "../tenancy/organizations.ts";
import { uuidv7 } from "../uuid.ts";
import { setBillingTerms } from "./billing-terms.ts";
import { closeAllBooks, closeBooks } from "./close-books.ts";
import { Commitments } from "./commitments.ts";
import { Credits } from "./credits.ts";
import { february2024 } from "./february-2024.ts";
import { Invoices } from "./invoices.ts";
import type { Invoice } from "./invoices.ts";
import { balanceOf } from "./ledger.ts";
import { parseMoney } from "./money.ts";
import { PriceLists } from "./price-lists.ts";
import { verifyBilling } from "./verify-ledger.ts";

const clock = new ManualClock(Date.UTC(2024, 2, 1));
let database: Database;
let meter: Meter;
let organizations: Organizations;
let credits: Credits;
let commitments: Commitments;
let invoices: Invoices;
let parts: { database: Database; clock: ManualClock; audit: AuditLog };
let organizationId: string;
let workspaceId: string;

const LARGE = "mistral-large-latest";
/** Has a price of its own; other adapters have none. */
const DEAR = `${LARGE}:law`;
const MILLION = 1_000_000;
const date = (text: string): Date => new Date(`${text}T00:00:00Z`);
const goTo = (text: string): void => clock.advance(date(text).getTime() - clock.nowMs());
const close = () => closeBooks(database, organizationId, new Date(clock.nowMs()));
const account = (kind: Parameters<typeof balanceOf>[1]["kind"]) => balanceOf(database, { organizationId, kind });

beforeAll(async () => {
  database = await openTestDatabase();
  await migrate(database, SCHEMA);
  parts = { database, clock, audit: new AuditLog({ database, clock }) };
  organizations = new Organizations(parts);
  credits = new Credits(parts);
  commitments = new Commitments(parts);
  invoices = new Invoices({ database });
  const prices = new PriceLists({ database, clock });
  const list = february2024("USD");
  const small = list.items.map((item) =>
    item.model === "mistral-embed" ? { ...item, commitmentEligible: false } : item,
  );
  const adapted = { ...list.items.find((item) => item.model === LARGE)!, model: DEAR, input: 10_000_000n };
  await prices.add({ ...list, items: [...small, adapted] });
  meter = await Meter.open({ database, prices, clock, logger: silentLogger });
});
afterAll(async () => {
  await meter.close();
  await database.close();
});
beforeEach(async () => {
  const { organization, workspace } = await organizations.create("Customer", "system");
  organizationId = organization.id;
  workspaceId = workspace.id;
  await terms("overage");
});

const terms = (whenCreditEnds: "stop" | "overage", discountBasisPoints = 0) =>
  setBillingTerms(parts, {
    organizationId,
    actor: "system",
    terms: { priceList: "february-2024-usd", discountBasisPoints, whenCreditEnds },
  });

async function use(promptTokens: number, outputTokens: number, model = LARGE): Promise<void> {
  const ticket = await meter.begin({
    requestId: uuidv7(clock.nowMs()),
    spender: { organizationId, workspaceId, keyId: undefined },
    model,
    mode: "standard",
    countPrompt: () => Promise.resolve(promptTokens),
    maxOutputTokens: outputTokens,
  });
  await ticket.settle({ ending: "completed", promptTokens, cachedTokens: 0, outputTokens, promptProcessed: true });
}
const grant = (
  amount: string,
  over: { priority?: number; expiresAt?: Date; source?: "purchase" | "promotion" } = {},
) => {
  const { priority = 0, expiresAt, source = "purchase" } = over;
  return credits.grant({ organizationId, amount: parseMoney(amount), source, priority, expiresAt }, "system");
};
const remaining = async () => (await credits.list(organizationId)).map((it) => it.remaining);
const totals = async () =>
  (await invoices.list(organizationId)).map(({ kind, period, total }) => ({ kind, period: period.slice(0, 7), total }));

describe("invoices", () => {
  test("a month is billed once it has ended, by what was used in it, a line per price", async () => {
    goTo("2024-03-05");
    await use(MILLION, MILLION / 2);
    await use(MILLION, 0);
    await close();
    expect(await totals()).toEqual([]);
    goTo("2024-04-01");
    await close();
    await close();
    const [invoice] = await invoices.list(organizationId);
    expect(invoice).toMatchObject({ number: 1n, period: "2024-03", currency: "USD", total: parseMoney("28") });
    expect(invoice!.lines).toMatchObject([
      { unit: "input token", quantity: 2_000_000n, unitPrice: 8_000_000n, amount: parseMoney("16") },
      { unit: "output token", quantity: 500_000n, unitPrice: 24_000_000n, amount: parseMoney("12") },
    ]);
    expect(await account("receivable")).toBe(parseMoney("28"));
    expect(await account("unbilled_usage")).toBe(0n);
  });

  test("fractions of cents are a line of their own, and nothing is lost between months", async () => {
    await use(1, 1);
    goTo("2024-05-01");
    await close();
    await use(999, 333);
    goTo("2024-06-01");
    await close();
    expect(await totals()).toEqual([
      { kind: "usage", period: "2024-05", total: parseMoney("0.02") },
      { kind: "usage", period: "2024-04", total: 0n },
    ]);
    expect((await invoices.list(organizationId))[1]!.lines.at(-1)).toMatchObject({
      kind: "rounding",
      amount: -32_000_000n,
    });
    expect(await account("rounding")).toBe(-(await account("receivable")) + parseMoney("0.016016"));
  });

  test("an event of a closed month that arrives late is billed with the next month, not lost and not twice", async () => {
    await use(MILLION, 0);
    goTo("2024-07-01");
    await close();
    clock.advance(-1);
    await use(MILLION, 0);
    clock.advance(1);
    await close();
    expect(await totals()).toEqual([{ kind: "usage", period: "2024-06", total: parseMoney("8") }]);
    goTo("2024-08-01");
    await close();
    expect(await totals()).toMatchObject([{ period: "2024-07", total: parseMoney("8") }, { period: "2024-06" }]);
  });

  test("nothing about a final invoice can be changed, and no line added", async () => {
    await use(MILLION, 0);
    goTo("2024-09-01");
    await close();
    for (const sql of [
      "update invoice set total = 0",
      "delete from invoice_line",
      "update invoice_line set amount = 0",
    ])
      await expect(database.query(sql)).rejects.toThrow("never changed");
    const late = `insert into invoice_line select id, 99, 'usage', 'x', null, null, 1, 1, 1, false from invoice`;
    await expect(database.query(late)).rejects.toThrow("when it is made");
  });

  test("a discount is in every price and so in the bill", async () => {
    await terms("overage", 2_500);
    clock.advance(6_000);
    await use(MILLION, 0);
    goTo("2024-10-01");
    await close();
    expect(await totals()).toEqual([{ kind: "usage", period: "2024-09", total: parseMoney("6") }]);
  });
});

describe("credit", () => {
  test("pays by priority, then by expiry, and the invoice shows it", async () => {
    const later = await grant("5", { expiresAt: date("2025-06-01") });
    const sooner = await grant("3", { expiresAt: date("2025-01-01") });
    const first = await grant("1", { priority: -1, source: "promotion" });
    await use(MILLION / 2, 0);
    await close();
    expect(await credits.list(organizationId)).toMatchObject([
      { id: first.id, remaining: 0n },
      { id: sooner.id, remaining: 0n },
      { id: later.id, remaining: parseMoney("5") },
    ]);
    await use(MILLION, 0);
    goTo("2024-11-01");
    await close();
    expect(await totals()).toEqual([{ kind: "usage", period: "2024-10", total: parseMoney("3") }]);
    const credit = (await invoices.list(organizationId))[0]!.lines.filter((line) => line.kind === "credit");
    expect(credit.map((line) => line.amount).toSorted((a, b) => Number(a - b))).toEqual(
      ["-5", "-3", "-1"].map(parseMoney),
    );
  });

  test("what is left at its expiry is gone, and what was used before is paid from it", async () => {
    await grant("10", { expiresAt: date("2024-11-15") });
    await use(MILLION, 0);
    goTo("2024-11-15");
    await close();
    expect(await remaining()).toEqual([0n]);
    expect(await account("breakage")).toBe(-parseMoney("2"));
  });

  test("when it must not go beyond, a request it does not cover is refused, to the last unit", async () => {
    await terms("stop");
    await expect(use(1, 0)).rejects.toMatchObject({ code: "budget_exceeded" });
    await grant("8");
    await use(MILLION - 1, 0);
    await expect(use(2, 0)).rejects.toMatchObject({ code: "budget_exceeded" });
    await use(1, 0);
    await close();
    expect(await remaining()).toEqual([0n]);
    await grant("8");
    await use(MILLION, 0);
  });

  test("usage billed beyond credit does not eat the credit that comes later", async () => {
    await use(MILLION, 0);
    await terms("stop");
    await grant("8");
    await use(MILLION, 0);
    await close();
    expect(await remaining()).toEqual([0n]);
  });
});

describe("commitment", () => {
  const commit = (milestones: { dueAt: Date; amount: bigint }[] = []) =>
    commitments.create(
      {
        organizationId,
        amount: parseMoney("100"),
        startsAt: date("2025-01-01"),
        endsAt: date("2025-07-01"),
        automaticShortfall: true,
        milestones,
      },
      "system",
    );
  const state = async () => (await commitments.list(organizationId))[0]!;

  test("invoices draw it down by eligible usage; a missed milestone is charged and given back as credit", async () => {
    goTo("2025-01-10");
    await commit([{ dueAt: date("2025-04-01"), amount: parseMoney("40") }]);
    await use(2 * MILLION, 0);
    await use(10 * MILLION, 0, "mistral-embed");
    goTo("2025-02-01");
    await close();
    expect(await state()).toMatchObject({ drawn: parseMoney("16"), status: "active" });
    goTo("2025-04-01");
    await close();
    expect(await totals()).toMatchObject([
      { kind: "shortfall", total: parseMoney("24") },
      { kind: "usage", total: parseMoney("17") },
    ]);
    expect(await remaining()).toEqual([parseMoney("24")]);
    goTo("2025-04-10");
    await use(3 * MILLION, 0);
    await use(5 * MILLION, 0);
    goTo("2025-05-01");
    await close();
    // 64 used, 24 of it from credit: 40 count, and 40 were met before.
    expect(await state()).toMatchObject({ drawn: parseMoney("56"), status: "active" });
    goTo("2025-07-01");
    await close();
    expect(await state()).toMatchObject({
      status: "completed",
      milestones: [{ shortfall: parseMoney("24") }, { shortfall: parseMoney("20") }],
    });
    const before = await totals();
    await close();
    expect(await totals()).toEqual(before);
  });

  test("books closed years later come out the same as month by month", async () => {
    clock.advance(date("2025-01-10").getTime() - clock.nowMs());
    await commit([{ dueAt: date("2025-04-01"), amount: parseMoney("40") }]);
    await use(2 * MILLION, 0);
    goTo("2025-05-10");
    await use(5 * MILLION, 0);
    goTo("2027-01-01");
    await close();
    expect(await state()).toMatchObject({
      drawn: parseMoney("56"),
      status: "completed",
      milestones: [{ shortfall: parseMoney("24") }, { shortfall: parseMoney("20") }],
    });
  });

  test("once it is drawn, usage is billed as usual and nothing is missing at its end", async () => {
    clock.advance(date("2025-01-10").getTime() - clock.nowMs());
    await commit();
    await use(20 * MILLION, 0);
    goTo("2025-08-01");
    await close();
    expect(await state()).toMatchObject({
      drawn: parseMoney("100"),
      status: "completed",
      milestones: [{ shortfall: 0n }],
    });
    expect(await totals()).toMatchObject([{ kind: "usage", total: parseMoney("160") }]);
  });

  test("two cannot run at once, and milestones must grow", async () => {
    clock.advance(date("2025-01-10").getTime() - clock.nowMs());
    await commit();
    await expect(commit()).rejects.toMatchObject({ code: "conflict" });
    const sinking = [{ dueAt: date("2025-03-01"), amount: parseMoney("100") }];
    await expect(commit(sinking)).rejects.toMatchObject({ code: "invalid_request" });
  });
});

test("all of it agrees to the last unit, and tampering with an account or an invoice shows", async () => {
  goTo("2028-01-01");
  await closeAllBooks(database, new Date(clock.nowMs()));
  expect(await verifyBilling(database)).toEqual([]);
  await database.query("update account set balance = balance + 1 where kind = 'revenue' and balance <> 0");
  expect((await verifyBilling(database)).length).toBeGreaterThan(0);
  await database.query("update account set balance = balance - 1 where kind = 'revenue' and balance <> 0");
  await database.execute(
    "alter table invoice disable trigger all; update invoice set total = total + 1 where number = 1 and kind = 'usage'",
  );
  expect((await verifyBilling(database)).map(({ what }) => what)).toContainEqual("invoice 1: total");
});

test("an unbalanced transaction cannot be committed", async () => {
  const forged = database.transaction(async (session) => {
    const id = uuidv7(clock.nowMs());
    await session.query("insert into journal_transaction values ($1, $2, 'x', 'usage', null, now())", [
      id,
      organizationId,
    ]);
    await session.query("insert into account values ($1, $2, 'revenue', null, 0)", [id, organizationId]);
    await session.query("insert into journal_entry values ($1, $1, 5)", [id]);
  });
  await expect(forged).rejects.toThrow("does not sum to zero");
});

test("a model under an adapter costs what its base costs, unless the list says otherwise", async () => {
  goTo("2029-04-15");
  await use(MILLION, 0, `${LARGE}:polite`);
  await use(MILLION, 0, DEAR);
  await use(MILLION, 0, "unlisted:polite");
  goTo("2029-05-01");
  await close();
  const [{ lines }] = (await invoices.list(organizationId)) as [Invoice];
  expect(lines.map(({ model, amount }) => [model, amount])).toEqual([
    [DEAR, parseMoney("10")],
    [`${LARGE}:polite`, parseMoney("8")],
  ]);
});
