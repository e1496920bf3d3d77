import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { silentLogger } from "#base";
import { ManualClock } from "../../../tests/support/manual-clock.ts";
import { openTestDatabase } from "../../../tests/support/test-database.ts";
import { closeBooks } from "../billing/close-books.ts";
import { february2024 } from "../billing/february-2024.ts";
import { setBillingTerms } from "../billing/billing-terms.ts";
import { Credits } from "../billing/credits.ts";
import { PriceLists } from "../billing/price-lists.ts";
import { verifyBilling } from "../billing/verify-ledger.ts";
import { FileStore } from "../files/file-store.ts";
import { Files } from "../files/files.ts";
import { Meter } from "../metering/meter.ts";
import type { Caller } from "../tenancy/caller.ts";
import { openTenancy } from "../tenancy/open-tenancy.ts";
import { uuidv7 } from "../uuid.ts";
import { contentFolder } from "./backup-contents.ts";
import { backup, restore, tablesInOrder } from "./backup.ts";
import type { Database } from "./database.ts";
import { migrate } from "./migrate.ts";
import { SCHEMA } from "./migrations/all.ts";

const clock = new ManualClock();
const folder = mkdtempSync(join(tmpdir(), "tramontane-backup-"));
const file = join(folder, "store.backup");
const there = join(folder, "there");
let source: Database;
let target: Database;
let secret: string;
let caller: Caller;
let uploaded: string;
let removed: string;

/** Longer than a piece of a backup, and bytes that are no text. */
const CONTENT = randomBytes(700_001);

async function upload(content: Buffer, filename: string): Promise<string> {
  const files = new Files({ database: source, clock, folder: contentFolder(folder) });
  const received = await files.receive(
    caller,
    (async function* () {
      for (let at = 0; at < content.length; at += 65_536) yield content.subarray(at, at + 65_536);
    })(),
  );
  const about = { purpose: "ocr", mimetype: undefined, visibility: "workspace", expiryHours: undefined } as const;
  return (await files.keep(caller, received, { filename, ...about })).id;
}

beforeAll(async () => {
  source = await openTestDatabase();
  target = await openTestDatabase();
  await migrate(source, SCHEMA);
  const tenancy = await openTenancy({
    database: source,
    directory: folder,
    configuredKey: undefined,
    clock,
    logger: silentLogger,
  });
  const { organizationId, id: workspaceId } = tenancy.firstWorkspace;
  ({ secret } = await tenancy.keys.create(
    { organizationId, workspaceId, name: "kept", scopes: ["inference", "jobs"] },
    "system",
  ));
  caller = await tenancy.authenticate({ authorization: `Bearer ${secret}` });
  uploaded = await upload(CONTENT, "scan.pdf");
  await upload(Buffer.from("\n"), "small.pdf");
  const parts = { database: source, clock, audit: tenancy.audit };
  const prices = new PriceLists(parts);
  await prices.add(february2024("EUR"));
  await setBillingTerms(parts, {
    organizationId,
    actor: "system",
    terms: { priceList: "february-2024-eur", discountBasisPoints: 1, whenCreditEnds: "overage" },
  });
  await new Credits(parts).grant(
    { organizationId, amount: 1n, source: "purchase", priority: 0, expiresAt: undefined },
    "system",
  );
  const meter = await Meter.open({ database: source, prices, clock, logger: silentLogger });
  const spender = { organizationId, workspaceId, keyId: undefined };
  const request = {
    spender,
    model: "mistral-large-latest",
    mode: "standard",
    countPrompt: () => Promise.resolve(3),
    maxOutputTokens: 5,
  } as const;
  for (let i = 0; i < 30; i++) {
    const ticket = await meter.begin({ ...request, requestId: uuidv7(clock.nowMs()) });
    await ticket.settle({
      ending: "completed",
      promptTokens: 3,
      cachedTokens: 1,
      outputTokens: 5,
      promptProcessed: true,
    });
  }
  await meter.begin({ ...request, requestId: uuidv7(clock.nowMs()) });
  await meter.close();
  clock.advance(40 * 86_400_000);
  await closeBooks(source, organizationId, new Date(clock.nowMs()));
  await tenancy.close();
});
afterAll(async () => {
  await source.close();
  await target.close();
  rmSync(folder, { recursive: true, force: true });
});

const contents = async (database: Database) => {
  const tables = await tablesInOrder(database);
  const rows = tables.map((table) =>
    database.query(`select row_to_json(t)::text as text from "${table}" t order by 1`),
  );
  return Object.fromEntries((await Promise.all(rows)).map((all, i) => [tables[i], all]));
};

test("a backup restored elsewhere is the same to the last row, and keys and books work there", async () => {
  const size = await backup({ database: source, directory: folder, file });
  expect(size.files).toBe(2);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  mkdirSync(there);
  expect(await restore({ database: target, directory: there, file })).toEqual(size);
  expect(await contents(target)).toEqual(await contents(source));
  expect(await verifyBilling(target)).toEqual([]);
  const restored = await openTenancy({
    database: target,
    directory: there,
    configuredKey: undefined,
    clock,
    logger: silentLogger,
  });
  expect(await restored.authenticate({ authorization: `Bearer ${secret}` })).toMatchObject({
    scopes: new Set(["inference", "jobs"]),
  });
  await restored.close();
  const files = new Files({ database: target, clock, folder: contentFolder(there) });
  const pieces: Buffer[] = [];
  for await (const piece of (await files.read(caller, uploaded)).content) pieces.push(piece as Buffer);
  expect(Buffer.concat(pieces).equals(CONTENT)).toBe(true);
  expect(await files.removeStrays()).toBe(0);
});

test("a file removed while the backup was made is not there after it, and nothing else is lost", async () => {
  removed = await upload(Buffer.from("soon gone"), "gone.pdf");
  const store = new FileStore(contentFolder(folder));
  await store.remove(removed);
  const [elsewhere, empty] = [join(folder, "elsewhere"), await openTestDatabase()];
  const race = join(folder, "race.backup");
  mkdirSync(elsewhere);
  expect((await backup({ database: source, directory: folder, file: race })).files).toBe(2);
  expect((await restore({ database: empty, directory: elsewhere, file: race })).files).toBe(2);
  const files = new Files({ database: empty, clock, folder: contentFolder(elsewhere) });
  await expect(files.get(caller, removed)).rejects.toMatchObject({ code: "not_found" });
  expect(await files.get(caller, uploaded)).toMatchObject({ filename: "scan.pdf", bytes: CONTENT.length });
  await empty.close();
});

test("a store in use is not overwritten, and a file that is no whole backup changes nothing", async () => {
  await expect(restore({ database: target, directory: there, file })).rejects.toMatchObject({ code: "conflict" });
  const empty = await openTestDatabase();
  const cut = join(folder, "cut.backup");
  await backup({ database: source, directory: folder, file: cut });
  truncateSync(cut, Math.floor(readFileSync(cut).length / 2));
  await expect(restore({ database: empty, directory: there, file: cut })).rejects.toThrow();
  expect(await empty.query("select count(*) as n from organization").catch(() => [{ n: 0n }])).toEqual([{ n: 0n }]);
  // Cut among the contents too, where all rows have already come.
  const late = join(folder, "late.backup");
  const empties = join(folder, "empties");
  mkdirSync(empties);
  await backup({ database: source, directory: folder, file: late });
  truncateSync(late, readFileSync(late).length - 100_000);
  await expect(restore({ database: empty, directory: empties, file: late })).rejects.toThrow();
  expect(await empty.query("select count(*) as n from organization")).toEqual([{ n: 0n }]);
  expect(readdirSync(contentFolder(empties))).toEqual([]);
  await empty.close();
});
