import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { silentLogger } from "#base";
import { openBackOffice, setBillingTerms, verifyBilling } from "#platform";
import type { BackOffice } from "#platform";
import { inFull } from "../support/extent.ts";
import type { WorkerOrders, WorkerReport } from "./metering-worker.ts";

const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
/** What a request of the worker costs: twenty tokens at a million pico-units. */
const COST = 20n * 1_000_000n;
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "tramontane-faults-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const open = (role: "server" | "command") =>
  openBackOffice({ directory, role, configuredKey: undefined, clock, logger: silentLogger });

async function setPrices(office: BackOffice): Promise<string> {
  const { organizationId } = office.firstWorkspace;
  const price = {
    model: "small",
    mode: "standard",
    input: 1_000_000n,
    cachedInput: 0n,
    output: 1_000_000n,
    commitmentEligible: true,
  } as const;
  await office.prices.add({ name: "list", currency: "EUR", validFrom: new Date(0), items: [price] });
  await setBillingTerms(office, {
    organizationId,
    actor: "system",
    terms: { priceList: "list", discountBasisPoints: 0, whenCreditEnds: "overage" },
  });
  return organizationId;
}

interface Worker {
  readonly child: ChildProcess;
  readonly ready: Promise<void>;
  readonly ended: Promise<void>;
  readonly begun: Set<string>;
  readonly settled: Set<string>;
  readonly refused: string[];
}

function startWorker(orders: Partial<WorkerOrders>): Worker {
  const module = pathToFileURL(join(import.meta.dirname, "metering-worker.ts")).href;
  const everything = { directory, databaseUrl: undefined, perSecond: 100, requests: undefined, ...orders };
  const child = fork("tests/support/run-module.mjs", [module], {
    env: { ...process.env, WORKER_ORDERS: JSON.stringify(everything) },
  });
  const [begun, settled, refused] = [new Set<string>(), new Set<string>(), [] as string[]];
  const ready = new Promise<void>((resolve) => {
    child.on("message", (report: WorkerReport) => {
      if ("ready" in report) resolve();
      else if ("begun" in report) begun.add(report.begun);
      else if ("settled" in report) settled.add(report.settled);
      else refused.push(report.refused);
    });
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return { child, ready, ended, begun, settled, refused };
}

test(
  "D1 a gateway killed at random: what it acknowledged is kept, everything is billed once, recovery ends",
  async () => {
    const office = await open("command");
    await setPrices(office);
    await office.close();
    const begun = new Set<string>();
    const settled = new Set<string>();
    for (let round = 0; round < inFull(20, 3); round++) {
      const worker = startWorker({ perSecond: inFull(300, 100) });
      await worker.ready;
      await new Promise((resolve) => setTimeout(resolve, 150 + Math.random() * 500));
      worker.child.kill("SIGKILL");
      await worker.ended;
      for (const id of worker.begun) begun.add(id);
      for (const id of worker.settled) settled.add(id);
    }
    const heir = await open("server");
    const events = await heir.database.query<{ request_id: string; outcome: string }>(
      "select request_id, outcome from usage_event",
    );
    const outcomes = groupById(events);
    expect(settled.size).toBeGreaterThan(20);
    expect(
      [...settled].filter((id) => outcomes.get(id)?.[0]?.outcome === "recovered" || outcomes.get(id)?.length !== 1),
    ).toEqual([]);
    expect([...begun].filter((id) => outcomes.get(id)?.length !== 1)).toEqual([]);
    expect(await heir.database.query("select 1 from usage_intent")).toEqual([]);
    expect(await verifyBilling(heir.database)).toEqual([]);
    await heir.close();
  },
  inFull(600_000, 180_000),
);

function groupById<T extends { request_id: string }>(events: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const event of events) groups.set(event.request_id, [...(groups.get(event.request_id) ?? []), event]);
  return groups;
}

test(
  "D4 and D6 four gateways on one database: a hard cap is used to the last request and never passed, without a deadlock",
  async () => {
    // Not a server itself: on an embedded store it would take the four for dead.
    const office = await open("command");
    const organizationId = await setPrices(office);
    const [fitting, requests, perSecond] = inFull([50_000, 15_000, 250], [60, 40, 200]);
    const scope = { organizationId, scope: "organization", scopeId: organizationId } as const;
    await office.budgets.set({ ...scope, period: "total", cap: BigInt(fitting) * COST, atCap: "stop" }, "system");
    const databaseUrl = `postgres://tramontane@localhost/postgres?host=${encodeURIComponent(join(directory, "postgres"))}`;
    const workers = Array.from({ length: 4 }, () => startWorker({ databaseUrl, perSecond, requests }));
    await Promise.all(workers.map((worker) => worker.ended));
    const refusals = workers.flatMap((worker) => worker.refused);
    expect(new Set(refusals)).toEqual(new Set(["budget_exceeded"]));
    const admitted = workers.reduce((sum, worker) => sum + worker.settled.size, 0);
    expect(admitted + refusals.length).toBe(4 * requests);
    expect(admitted).toBe(fitting);
    const [budget] = await office.budgets.list(organizationId);
    expect(budget).toMatchObject({ spent: BigInt(fitting) * COST, reserved: 0n });
    expect(await verifyBilling(office.database)).toEqual([]);
    await office.close();
  },
  inFull(600_000, 180_000),
);
