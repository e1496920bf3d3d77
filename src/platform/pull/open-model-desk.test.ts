import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { silentLogger } from "#base";
import { createEngine } from "#engine";
import type { Engine, EngineModel } from "#engine";
import { chooseTemplate } from "#prompt";
import { within } from "../../../tests/support/patience.ts";
import { openTestDatabase } from "../../../tests/support/test-database.ts";
import { Catalog } from "../catalog.ts";
import { Deployment } from "../deployment.ts";
import type { Database } from "../storage/database.ts";
import { migrate } from "../storage/migrate.ts";
import { SCHEMA } from "../storage/migrations/all.ts";
import { openModelDesk } from "./open-model-desk.ts";
import type { ModelDesk } from "./open-model-desk.ts";
import type { Pull } from "./pull-store.ts";

const CONTENT = readFileSync(fileURLToPath(new URL("../../../models/tramontane-small.gguf", import.meta.url)));
const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };

let database: Database;
let engine: Engine;
let toy: EngineModel;
let folder: string;
let hub: Server;
let desk: ModelDesk;
/** What the hub was asked for, as it stands in the header. */
let ranges: string[];
/** Bytes the hub sends before it waits to be let on. */
let holdAfter: number | undefined;
let letOn: () => void;
/** Where the hub sends whoever asks it. */
let redirectTo: string | undefined;

beforeAll(async () => {
  database = await openTestDatabase();
  await migrate(database, SCHEMA);
  engine = createEngine({ logger: silentLogger, clock });
  toy = await engine.load({ name: "toy", source: { kind: "toy" } });
});
afterAll(async () => {
  await engine.close();
  await database.close();
});
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "desk-"));
  ranges = [];
  holdAfter = undefined;
  redirectTo = undefined;
  hub = createServer((request, response) => {
    if (redirectTo !== undefined) {
      ranges.push("redirected");
      response.writeHead(302, { location: redirectTo }).end();
      return;
    }
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    ranges.push(request.headers.range ?? "none");
    response.writeHead(from > 0 ? 206 : 200, { etag: '"v1"', "content-length": CONTENT.length - from });
    const rest = CONTENT.subarray(from);
    response.write(rest.subarray(0, holdAfter));
    letOn = () => response.end(rest.subarray(holdAfter ?? rest.length));
    if (holdAfter === undefined) letOn();
  });
  await new Promise<void>((resolve) => hub.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  await desk.close();
  hub.closeAllConnections();
  hub.close();
  await database.query("delete from model_pull");
  rmSync(folder, { recursive: true, force: true });
});

const url = () => `http://127.0.0.1:${(hub.address() as AddressInfo).port}/new.gguf`;
const deploymentOf = (id: string, aliases: readonly string[] = []) => {
  const serves = { chat: true, fim: false, embeddings: false };
  const spec = { id, aliases, serves, createdAt: 0, ownedBy: "test", defaultTemperature: 0.7, contextTokens: 4096 };
  return new Deployment(spec, async () => ({ engine: toy, template: chooseTemplate(toy.info) }));
};
async function open(hubUrl = new URL(url())): Promise<Catalog> {
  const catalog = new Catalog([deploymentOf("first", ["hosted-name"])]);
  const parts = { database, catalog, folders: [folder] as const, hubUrl, budgetBytes: 8e9 };
  desk = await openModelDesk({
    ...parts,
    deploy: ({ name }) => deploymentOf(name, ["hosted-name"]),
    clock,
    logger: silentLogger,
  });
  return catalog;
}
const until = (id: string, holds: (pull: Pull) => boolean) =>
  vi.waitFor(
    async () => {
      const pull = await desk.pulls.get(id);
      if (!holds(pull)) throw new Error(JSON.stringify(pull));
      return pull;
    },
    { timeout: within(20_000), interval: 50 },
  );

test("a model is pulled, verified, loaded and warmed, and then answers to its names", async () => {
  const catalog = await open();
  const { id } = await desk.order({ model: "new", url: url() }, "system");
  const { outcome, doneBytes, step } = await until(id, ({ endedAt }) => endedAt !== undefined);
  expect({ outcome, doneBytes, step }).toEqual({ outcome: "done", doneBytes: CONTENT.length, step: "warm" });
  expect(catalog.resolve("new").state).toBe("ready");
  expect(catalog.resolve("hosted-name").spec.id).toBe("new");
  expect(catalog.card("first").aliases).not.toContain("hosted-name");
  expect(desk.offers.list().find((offer) => offer.id === "new")).toMatchObject({ source: "file", fits: true });
});

test("a restart goes on from the bytes that are there, and says how far it is meanwhile", async () => {
  await open();
  holdAfter = 2_000_000;
  const { id } = await desk.order({ model: "new", url: url() }, "system");
  await until(id, ({ doneBytes }) => doneBytes > 0);
  await desk.close();
  expect((await desk.pulls.get(id)).endedAt).toBeUndefined();
  holdAfter = undefined;
  await open();
  expect((await until(id, ({ endedAt }) => endedAt !== undefined)).outcome).toBe("done");
  expect(ranges).toHaveLength(2);
  expect(Number(/\d+/.exec(ranges[1]!)![0])).toBeGreaterThan(0);
});

test("a cancelled pull can be resumed, and is not repeated", async () => {
  await open();
  holdAfter = 2_000_000;
  const { id } = await desk.order({ model: "new", url: url() }, "system");
  await until(id, ({ doneBytes }) => doneBytes > 0);
  await expect(desk.order({ model: "new", url: url() }, "system")).rejects.toMatchObject({ code: "conflict" });
  await desk.cancel(id);
  expect((await until(id, ({ endedAt }) => endedAt !== undefined)).outcome).toBe("cancelled");
  const again = await desk.resume(id, "system");
  await vi.waitFor(() => expect(ranges).toHaveLength(2), { timeout: within(20_000) });
  letOn();
  expect((await until(again.id, ({ endedAt }) => endedAt !== undefined)).outcome).toBe("done");
  expect(ranges[1]).toMatch(/^bytes=\d+-$/);
});

test("a pull asks no address inside the network but the hub's, whether written out, looked up or redirected to", async () => {
  await open(new URL("http://hub.invalid"));
  const { port } = new URL(url());
  for (const host of ["127.0.0.1", "localhost", "[::1]", "[::ffff:7f00:1]", "2130706433", "169.254.169.254"]) {
    const { id } = await desk.order({ model: "inside", url: `http://${host}:${port}/new.gguf` }, "system");
    const { outcome, problem } = await until(id, ({ endedAt }) => endedAt !== undefined);
    expect({ outcome, code: problem?.code, host }).toEqual({ outcome: "failed", code: "forbidden", host });
    expect(problem?.hint).toContain("tramontane pull");
  }
  await desk.close();
  await open();
  redirectTo = `http://localhost:${port}/new.gguf`;
  const { id } = await desk.order({ model: "inside", url: url() }, "system");
  expect((await until(id, ({ endedAt }) => endedAt !== undefined)).problem?.code).toBe("forbidden");
  expect(ranges).toEqual(["redirected"]);
});

test("a wrong digest and a file that is no model end the pull with the reason", async () => {
  const catalog = await open();
  const { id } = await desk.order({ model: "new", url: url(), sha256: "0".repeat(64) }, "system");
  expect((await until(id, ({ endedAt }) => endedAt !== undefined)).problem?.code).toBe("checksum_mismatch");
  expect(catalog.find("new")).toBeUndefined();
  await expect(desk.order({ model: "../evil", url: url() }, "system")).rejects.toMatchObject({
    code: "invalid_request",
  });
  await expect(desk.order({ model: "nobody-knows" }, "system")).rejects.toMatchObject({ code: "not_found" });
});
