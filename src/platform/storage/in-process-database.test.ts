import { fork } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { silentLogger } from "#base";
import { ManualClock } from "../../../tests/support/manual-clock.ts";
import { AuditLog } from "../audit/audit-log.ts";
import { verifyUsage } from "../billing/verify-usage.ts";
import { PriceLists } from "../billing/price-lists.ts";
import { Meter } from "../metering/meter.ts";
import { Organizations } from "../tenancy/organizations.ts";
import { uuidv7 } from "../uuid.ts";
import { databaseContract } from "./database.contract.ts";
import type { Database } from "./database.ts";
import { migrate } from "./migrate.ts";
import { SCHEMA } from "./migrations/all.ts";
import { openDatabase } from "./open-database.ts";
import { secureRows } from "./row-security.ts";

const folders: string[] = [];
const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), "tramontane-pglite-"));
  folders.push(path);
  return path;
};
afterAll(() => {
  for (const path of folders) rmSync(path, { recursive: true, force: true });
});

/** As on a machine without any PostgreSQL. */
const open = (directory: string, warnings: string[] = []): Promise<Database> => {
  const logger = { log: (level: string, event: string) => void (level === "warn" && warnings.push(event)) };
  return openDatabase({ directory, role: "server", logger, binaries: [] });
};

databaseContract("PGlite", () => open(folder()));

test("what a killed process acknowledged is there for the next; while one has it open nobody else may, and it says that it is not power-safe", async () => {
  const directory = folder();
  const program = `
    import { openDatabase } from ${JSON.stringify(import.meta.resolve("./open-database.ts"))};
    const database = await openDatabase({ directory: ${JSON.stringify(directory)}, role: "server", logger: { log() {} }, binaries: [] });
    await database.execute("create table kept (id integer)");
    await database.query("insert into kept values (1)");
    process.send("written");
    setInterval(() => {}, 1000);
  `;
  const script = `data:text/javascript,${encodeURIComponent(program)}`;
  const child = fork(join(import.meta.dirname, "../../../tests/support/run-module.mjs"), [script], {
    stdio: "inherit",
  });
  await new Promise<void>((resolve) => child.on("message", () => child.kill("SIGKILL")).on("exit", () => resolve()));
  const next = await openDatabase({ directory, role: "server", logger: silentLogger });
  expect(next.description.kind).toBe("in-process");
  expect(await next.query("select id from kept")).toEqual([{ id: 1 }]);
  await next.close();
  // The id of a dead process may belong to another program by now.
  writeFileSync(join(directory, "pglite.lock"), `${process.pid} 1`);
  const warnings: string[] = [];
  const database = await open(directory, warnings);
  expect(database.description).toMatchObject({ kind: "in-process", survivesPowerLoss: false });
  expect(warnings).toEqual(["storage.not_power_safe"]);
  await expect(open(directory)).rejects.toMatchObject({ code: "data_directory_in_use" });
  await database.close();
}, 240_000);

test("the schema, row security and the meter work on it", async () => {
  const database = await open(folder());
  await migrate(database, SCHEMA);
  await secureRows(database);
  const clock = new ManualClock();
  const audit = new AuditLog({ database, clock });
  const { organization, workspace } = await new Organizations({ database, clock, audit }).create("one", "system");
  const meter = await Meter.open({
    database,
    prices: new PriceLists({ database, clock }),
    clock,
    logger: silentLogger,
  });
  const ticket = await meter.begin({
    requestId: uuidv7(clock.nowMs()),
    spender: { organizationId: organization.id, workspaceId: workspace.id, keyId: undefined },
    model: "small",
    mode: "standard",
    countPrompt: () => Promise.resolve(1),
    maxOutputTokens: 10,
  });
  await ticket.settle({
    ending: "completed",
    promptTokens: 3,
    cachedTokens: 0,
    outputTokens: 4,
    promptProcessed: true,
  });
  expect(await database.query("select prompt_tokens, output_tokens from usage_event")).toEqual([
    { prompt_tokens: 3, output_tokens: 4 },
  ]);
  expect(await verifyUsage(database)).toEqual([]);
  await meter.close();
  await database.close();
}, 240_000);
