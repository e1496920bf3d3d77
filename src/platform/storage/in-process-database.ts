import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { TramontaneError } from "#base";
import type { Logger } from "#base";
import type { Database, Queryable } from "./database.ts";
import { lockForProcess } from "./process-lock.ts";

/** What we use of PGlite, which is no dependency of ours: whoever needs it installs it. */
interface PGlite {
  query(sql: string, values?: unknown[]): Promise<{ rows: object[] }>;
  exec(sql: string): Promise<{ rows: object[] }[]>;
  transaction<T>(work: (session: Pick<PGlite, "query" | "exec">) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
interface PGliteModule {
  readonly PGlite: {
    create(folder: string, options: { parsers: Record<number, (text: string) => unknown> }): Promise<PGlite>;
  };
}

const PACKAGE = "@electric-sql/pglite";
const INT8 = 20;
const BYTEA = 17;
const PARSERS = { [INT8]: BigInt, [BYTEA]: (text: string) => Buffer.from(text.slice(2), "hex") };

interface InProcessParts {
  readonly directory: string;
  readonly logger: Logger;
}

/** Whether a directory's data already lives in PGlite. */
export const isInProcess = (directory: string): boolean => existsSync(join(directory, "pglite", "PG_VERSION"));

/**
 * PostgreSQL compiled to WebAssembly, in this process: the last resort where there is no PostgreSQL. It never forces data to
 * disk, so a power cut may lose what was acknowledged; it answers one statement at a time, in our event loop; and nobody else may
 * open it meanwhile, commands included. Undefined: PGlite is not installed. Errors: `data_directory_in_use`.
 */
export async function openInProcess({ directory, logger }: InProcessParts): Promise<Database | undefined> {
  const began = performance.now();
  const pglite = await loadPGlite();
  if (pglite === undefined) return undefined;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const lock = lockForProcess(join(directory, "pglite.lock"));
  if (lock === undefined) {
    throw new TramontaneError("data_directory_in_use", "Another Tramontane process uses this data directory.", {
      hint: "Its store is PGlite, which one process at a time may open: stop the other, or install PostgreSQL.",
    });
  }
  try {
    const database = await pglite.PGlite.create(join(directory, "pglite"), { parsers: PARSERS });
    const { rows } = await database.query("select current_setting('server_version') as version");
    logger.log("warn", "storage.not_power_safe", {
      store: "PGlite",
      message: "A power cut may lose what was acknowledged. Install PostgreSQL 15 or newer for anything that matters.",
    });
    const over = (session: Pick<PGlite, "query" | "exec">): Queryable => ({
      // Without parameters several statements may stand together, as in PostgreSQL's simple protocol.
      query: async <Row extends object>(sql: string, values: readonly unknown[] = []) => {
        const result = values.length === 0 ? (await session.exec(sql)).at(-1) : await session.query(sql, [...values]);
        return (result?.rows ?? []) as Row[];
      },
    });
    return {
      description: {
        kind: "in-process",
        version: (rows[0] as { version: string }).version.split(" ")[0]!,
        survivesPowerLoss: false,
        openedInMs: Math.round(performance.now() - began),
      },
      ...over(database),
      transaction: (work) => database.transaction((session) => work(over(session))),
      execute: async (sql) => void (await database.exec(sql)),
      async close() {
        await database.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function loadPGlite(): Promise<PGliteModule | undefined> {
  try {
    return (await import(PACKAGE)) as PGliteModule;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}
