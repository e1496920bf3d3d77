import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger } from "#base";
import { openDatabase } from "#platform";
import type { Database } from "#platform";

/** A real embedded PostgreSQL in a folder of its own, without tables. `close` stops it and removes the folder. */
export async function openTestDatabase(): Promise<Database> {
  const directory = mkdtempSync(join(tmpdir(), "tramontane-db-"));
  const database = await openDatabase({ directory, role: "server", logger: silentLogger });
  return {
    ...database,
    async close() {
      await database.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
