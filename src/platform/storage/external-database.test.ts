import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { silentLogger } from "#base";
import type { Database } from "./database.ts";
import { databaseContract } from "./database.contract.ts";
import { EmbeddedCluster } from "./embedded-cluster.ts";
import { openDatabase } from "./open-database.ts";

const DEBIAN = "/usr/lib/postgresql/15/bin";

/** Debian's own server, reached by address as any outside server is. */
async function openDebian(): Promise<Database> {
  const directory = mkdtempSync(join(tmpdir(), "tramontane-debian-"));
  const binaries = [{ initdb: join(DEBIAN, "initdb"), postgres: join(DEBIAN, "postgres"), major: 15 }];
  const cluster = await EmbeddedCluster.open({ directory, logger: silentLogger, binaries });
  const databaseUrl = `postgres://tramontane@localhost/postgres?host=${encodeURIComponent(join(directory, "postgres"))}`;
  const database = await openDatabase({ directory, databaseUrl, role: "server", logger: silentLogger });
  return {
    ...database,
    async close() {
      await database.close();
      await cluster.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

describe.skipIf(!existsSync(DEBIAN))("needs Debian's postgresql-15", () => {
  databaseContract("PostgreSQL 15 by address", openDebian);
});

test("an address where nobody answers says which setting to check", async () => {
  const options = { directory: tmpdir(), role: "server", logger: silentLogger } as const;
  const refused = openDatabase({ ...options, databaseUrl: "postgres://nobody@127.0.0.1:1/none" });
  await expect(refused).rejects.toMatchObject({ code: "storage_unavailable" });
});
