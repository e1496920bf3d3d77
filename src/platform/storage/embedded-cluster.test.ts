import { fork } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterEach, expect, test } from "vitest";
import { silentLogger } from "#base";
import { within } from "../../../tests/support/patience.ts";
import { openTestDatabase } from "../../../tests/support/test-database.ts";
import { databaseContract } from "./database.contract.ts";
import { EmbeddedCluster } from "./embedded-cluster.ts";
import { openDatabase } from "./open-database.ts";
import { livePostmaster } from "./postmaster-file.ts";
import { findPostgresBinaries } from "./postgres-binaries.ts";
import { isReachableBy, serverUser } from "./server-user.ts";

databaseContract("embedded PostgreSQL", openTestDatabase);

const folders: string[] = [];
const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), "tramontane-cluster-"));
  folders.push(path);
  return path;
};
const open = (directory: string, role: "server" | "command" = "server") =>
  openDatabase({ directory, role, logger: silentLogger });
const postmaster = (directory: string): number =>
  Number.parseInt(readFileSync(join(directory, "postgres", "postmaster.pid"), "utf8"), 10);
const isAlive = (directory: string): boolean => livePostmaster(join(directory, "postgres")) !== undefined;

afterEach(() => {
  for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true });
  // A thousand files, on a disk that may have other things to do.
}, 120_000);

test("the store promises to survive a power cut and says which version it is", async () => {
  const directory = folder();
  const database = await open(directory);
  expect(database.description).toMatchObject({ kind: "embedded", survivesPowerLoss: true });
  expect(isAlive(directory)).toBe(true);
  await database.close();
  expect(isAlive(directory)).toBe(false);
});

test("data outlives a restart in a folder that only its owner may enter, below a path longer than a socket's", async () => {
  const directory = join(folder(), "deep".repeat(30));
  mkdirSync(directory);
  chmodSync(join(directory, ".."), 0o700);
  const first = await open(directory);
  await first.execute("create table kept (id integer); insert into kept values (1)");
  await first.close();
  const second = await open(directory);
  expect(await second.query("select id from kept")).toEqual([{ id: 1 }]);
  await second.close();
});

test("a second server on the same directory is refused within 5 s; a command is not, and does not stop the first", async () => {
  const directory = folder();
  const server = await open(directory);
  const began = performance.now();
  await expect(open(directory)).rejects.toMatchObject({ code: "data_directory_in_use" });
  expect(performance.now() - began).toBeLessThan(within(5_000));
  const command = await open(directory, "command");
  await command.close();
  expect(await server.query("select 1 as one")).toEqual([{ one: 1 }]);
  await server.close();
});

test("what a killed server acknowledged is there when the next one adopts its PostgreSQL", async () => {
  const directory = folder();
  const program = `
    import { openDatabase } from ${JSON.stringify(import.meta.resolve("./open-database.ts"))};
    const database = await openDatabase({ directory: ${JSON.stringify(directory)}, role: "server", logger: { log() {} } });
    await database.execute("create table kept (id serial, said text)");
    for (;;) process.send((await database.query("insert into kept (said) values ('x') returning id"))[0].id);
  `;
  const script = `data:text/javascript,${encodeURIComponent(program)}`;
  const child = fork(join(import.meta.dirname, "../../../tests/support/run-module.mjs"), [script], {
    stdio: "inherit",
  });
  let acknowledged = 0;
  await new Promise<void>((resolve) =>
    child
      .on("message", (id) => {
        acknowledged = Number(id);
        if (acknowledged === 50) child.kill("SIGKILL");
      })
      .on("exit", () => resolve()),
  );
  const orphan = postmaster(directory);
  expect(isAlive(directory)).toBe(true);
  const next = await open(directory);
  expect(postmaster(directory)).toBe(orphan);
  const [row] = await next.query<{ last: number }>("select max(id) as last from kept");
  expect(row!.last).toBeGreaterThanOrEqual(acknowledged);
  await next.close();
  expect(isAlive(directory)).toBe(false);
});

test("when PostgreSQL itself is killed, the next statement starts it again and a second server is still refused", async () => {
  const directory = folder();
  const database = await open(directory);
  await database.execute("create table kept (id integer); insert into kept values (1)");
  const first = postmaster(directory);
  process.kill(first, "SIGKILL");
  await expect
    .poll(() => isAlive(directory) && postmaster(directory) !== first, { timeout: within(60_000) })
    .toBe(true);
  const answered = async () => await database.query("select id from kept").catch(() => undefined);
  await expect.poll(answered, { timeout: within(60_000), interval: 100 }).toEqual([{ id: 1 }]);
  await expect(open(directory)).rejects.toMatchObject({ code: "data_directory_in_use" });
  await database.close();
}, 300_000);

test("after the lease is lost no statement is let through before it is held again", async () => {
  const directory = folder();
  const database = await open(directory);
  await database.execute("create table kept (id integer); insert into kept values (1)");
  const second = new Client({ host: join(directory, "postgres"), user: "tramontane", database: "postgres" });
  await second.connect();
  const [lease] = await database.query<{ pid: number; key: bigint }>(
    "select pid, objid::int8 as key from pg_locks where locktype = 'advisory' and mode = 'ExclusiveLock'",
  );
  // It stands in line when the lease is lost, so it is the next to have it: another server that came in meanwhile.
  const taken = second.query("select pg_advisory_lock($1)", [lease!.key]);
  await expect
    .poll(() => database.query("select 1 from pg_locks where locktype = 'advisory' and not granted"))
    .toHaveLength(1);
  await database.query("select pg_terminate_backend($1)", [lease!.pid]);
  await taken;
  const answered = () =>
    database.query("select id from kept").catch((error: unknown) => (error as { code?: string }).code);
  await expect.poll(answered, { timeout: within(10_000) }).toBe("data_directory_in_use");
  await second.end();
  await expect.poll(answered, { timeout: within(30_000) }).toEqual([{ id: 1 }]);
  await expect(open(directory)).rejects.toMatchObject({ code: "data_directory_in_use" });
  await database.close();
}, 120_000);

test("without any PostgreSQL the error says what to do", async () => {
  const refused = EmbeddedCluster.open({ directory: folder(), logger: silentLogger, binaries: [] });
  await expect(refused).rejects.toMatchObject({
    code: "storage_unavailable",
    hint: expect.stringContaining("npm install"),
  });
});

test("a cluster of another major version is not touched", async () => {
  const directory = folder();
  await (await open(directory)).close();
  const others = findPostgresBinaries((path) => isReachableBy(serverUser(), path)).map((it) => ({ ...it, major: 1 }));
  const refused = EmbeddedCluster.open({ directory, logger: silentLogger, binaries: others });
  await expect(refused).rejects.toThrow(/made by PostgreSQL \d+, which is not installed/);
});
