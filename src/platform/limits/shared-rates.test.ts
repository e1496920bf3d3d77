import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { silentLogger } from "#base";
import { inFull } from "../../../tests/support/extent.ts";
import { within } from "../../../tests/support/patience.ts";
import { openTestDatabase } from "../../../tests/support/test-database.ts";
import { AuditLog } from "../audit/audit-log.ts";
import type { Database } from "../storage/database.ts";
import { migrate } from "../storage/migrate.ts";
import { SCHEMA } from "../storage/migrations/all.ts";
import { Organizations } from "../tenancy/organizations.ts";
import type { Caller } from "../tenancy/caller.ts";
import { LimitRules } from "./limit-rules.ts";
import { Limiter } from "./limiter.ts";
import { openSharedRates } from "./shared-rates.ts";
import type { SharedRates } from "./shared-rates.ts";

const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
const program = ["valkey-server", "redis-server"].find((name) => {
  try {
    execFileSync(name, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
});

describe.skipIf(program === undefined)("needs Debian's redis-server, or Valkey", () => {
  const folder = mkdtempSync(join(tmpdir(), "tramontane-rates-"));
  const socket = join(folder, "rates.sock");
  const open: SharedRates[] = [];
  let store: ChildProcess;
  let database: Database;
  let caller: Caller;

  beforeAll(async () => {
    store = spawn(program!, ["--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder], {
      stdio: "ignore",
    });
    database = await openTestDatabase();
    await migrate(database, SCHEMA);
    const audit = new AuditLog({ database, clock });
    const made = await new Organizations({ database, clock, audit }).create("many servers", "system");
    const place = { organizationId: made.organization.id, workspaceId: made.workspace.id };
    caller = { ...place, keyId: undefined, userId: undefined, scopes: new Set(), models: undefined };
    for (const id of [1, 2, 3]) {
      const sql = "insert into gateway_instance values ($1, 'here', now(), now() + interval '1 hour')";
      await database.query(sql, [`00000000-0000-7000-8000-00000000000${id}`]);
    }
  });
  afterAll(async () => {
    for (const rates of open) await rates.close();
    store.kill();
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function gateways(limits: object, count = 3): Promise<Limiter[]> {
    const audit = new AuditLog({ database, clock });
    const rules = Array.from({ length: count }, () => new LimitRules({ database, clock, audit }));
    const { organizationId } = caller;
    const none = {
      requestsPerSecond: undefined,
      tokensPerMinute: undefined,
      tokensPerMonth: undefined,
      concurrentRequests: undefined,
    };
    await rules[0]!.set(
      { organizationId, scope: "organization", scopeId: organizationId, model: undefined, ...none, ...limits },
      "system",
    );
    return rules.map((rule) => {
      const shared = openSharedRates(socket, silentLogger);
      open.push(shared);
      return new Limiter({ rules: rule, database, clock, shared });
    });
  }

  /** Asks every limiter again and again; how many were let in, and in how many seconds. */
  async function hammer(limiters: readonly Limiter[], ms: number): Promise<{ admitted: number; seconds: number }> {
    const began = performance.now();
    let admitted = 0;
    const ask = async (limiter: Limiter): Promise<void> => {
      while (performance.now() - began < ms) {
        const lease = await limiter.admit({ caller, model: "m", tokens: 10 }).catch(() => undefined);
        lease?.end(10);
        if (lease !== undefined) admitted += 1;
        await new Promise((resolve) => setTimeout(resolve, 4));
      }
    };
    await Promise.all(limiters.map(ask));
    return { admitted, seconds: (performance.now() - began) / 1000 };
  }
  /** Until every server's own connection to the store answers: before that each counts for itself. */
  const storeAnswers = async () => {
    const probe = { key: "probe", capacity: 1e9, perMs: 1, amount: 0 };
    const all = async () => (await Promise.all(open.map((rates) => rates.take([probe])))).every(Boolean);
    await expect.poll(all, { timeout: within(15_000), interval: 50 }).toBe(true);
  };

  test("D7 ten requests a second are ten over three servers together, and no more when the store is killed", async () => {
    const limiters = await gateways({ requestsPerSecond: 10 });
    await storeAnswers();
    const together = await hammer(limiters, inFull(30_000, 3_000));
    // A second's worth may come at once.
    expect(together.admitted).toBeLessThanOrEqual(10 + 10 * together.seconds + 1);
    expect(together.admitted).toBeGreaterThan(10 * together.seconds * 0.9);
    store.kill("SIGKILL");
    const alone = await hammer(limiters, inFull(30_000, 3_000));
    expect(alone.admitted).toBeLessThanOrEqual((10 + 10 * alone.seconds) * 1.1);
    expect(alone.admitted).toBeGreaterThan(10 * alone.seconds * 0.5);
    store = spawn(program!, ["--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder], {
      stdio: "ignore",
    });
    await storeAnswers();
  }, 120_000);

  test("a store that hangs is waited for once, and found again when it goes on", async () => {
    const [limiter] = await gateways({ tokensPerMinute: 6_000_000 }, 1);
    await storeAnswers();
    const ask = () => limiter!.admit({ caller, model: "m", tokens: 1 });
    store.kill("SIGSTOP");
    await ask();
    const began = performance.now();
    for (let i = 0; i < 20; i++) await ask();
    // Waiting for each would take twenty times as long as for one.
    expect(performance.now() - began).toBeLessThan(within(5_000));
    store.kill("SIGCONT");
    await storeAnswers();
  }, 60_000);

  test("the wait it names is the truth, and tokens are given back to all", async () => {
    const [a, b] = await gateways({ tokensPerMinute: 6_000 }, 2);
    const ask = (limiter: Limiter, tokens: number) => limiter.admit({ caller, model: "m", tokens });
    await storeAnswers();
    const lease = await ask(a!, 5_000);
    const refused = await ask(b!, 2_000).catch(
      (error: { details: { retryAfterMs: number } }) => error.details.retryAfterMs,
    );
    expect(refused).toBeGreaterThan(5_000);
    expect(refused).toBeLessThanOrEqual(10_100);
    lease.end(100);
    await expect
      .poll(() =>
        ask(b!, 2_000).then(
          () => "in",
          () => "out",
        ),
      )
      .toBe("in");
  }, 30_000);
});
