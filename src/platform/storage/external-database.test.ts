import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { silentLogger } from "#base";
import type { Database } from "./database.ts";
import { databaseContract } from "./database.contract.ts";
import { EmbeddedCluster } from "./embedded-cluster.ts";
import { uuidv7 } from "../uuid.ts";
import { migrate } from "./migrate.ts";
import { SCHEMA } from "./migrations/all.ts";
import { openDatabase } from "./open-database.ts";
import { secureRows } from "./row-security.ts";
import { TenantScope } from "./tenant-scope.ts";

const DEBIAN = "/usr/lib/postgresql/15/bin";

/** Debian's own server, reached by address as any outside server is. */
async function openDebian(): Promise<Database> {
  return (await openDebianServer()).database;
}

async function openDebianServer(): Promise<{ database: Database; url: (user: string, database: string) => string }> {
  const directory = mkdtempSync(join(tmpdir(), "tramontane-debian-"));
  const binaries = [{ initdb: join(DEBIAN, "initdb"), postgres: join(DEBIAN, "postgres"), major: 15 }];
  const cluster = await EmbeddedCluster.open({ directory, logger: silentLogger, binaries });
  const url = (user: string, name: string): string =>
    `postgres://${user}@localhost/${name}?host=${encodeURIComponent(join(directory, "postgres"))}`;
  const databaseUrl = url("tramontane", "postgres");
  const opened = await openDatabase({ directory, databaseUrl, role: "server", logger: silentLogger });
  const database: Database = {
    ...opened,
    async close() {
      await opened.close();
      await cluster.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
  return { database, url };
}

describe.skipIf(!existsSync(DEBIAN))("needs Debian's postgresql-15", () => {
  databaseContract("PostgreSQL 15 by address", openDebian);

  test("an ordinary user who owns the database is enough for row-level security, once there is the role", async () => {
    const { database: admin, url } = await openDebianServer();
    await admin.execute("create role plain login; create role maker login createrole");
    for (const [user, database] of [
      ["plain", "first"],
      ["maker", "second"],
      ["plain", "third"],
    ]) {
      await admin.query(`create database ${database} owner ${user}`);
      const options = { directory: tmpdir(), role: "server", logger: silentLogger } as const;
      const store = await openDatabase({ ...options, databaseUrl: url(user!, database!) });
      await migrate(store, SCHEMA);
      if (database === "first") {
        // Nobody made the role yet, and this user may not: the error says what to say to whom.
        await expect(secureRows(store)).rejects.toMatchObject({
          code: "storage_unavailable",
          hint: expect.stringContaining("grant tramontane_tenant to"),
        });
      } else {
        if (database === "third") await admin.execute("grant tramontane_tenant to plain");
        await secureRows(store);
        const scope = new TenantScope();
        const seen = scope.run(uuidv7(1), () => scope.guard(store).query("select current_user as me"));
        expect(await seen).toEqual([{ me: "tramontane_tenant" }]);
      }
      await store.close();
    }
    await admin.close();
  });
});

test("an address where nobody answers says which setting to check", async () => {
  const options = { directory: tmpdir(), role: "server", logger: silentLogger } as const;
  const refused = openDatabase({ ...options, databaseUrl: "postgres://nobody@127.0.0.1:1/none" });
  await expect(refused).rejects.toMatchObject({ code: "storage_unavailable" });
});
