import { mkdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { TramontaneError } from "#base";
import type { Logger } from "#base";
import type { Database, StoreDescription } from "./database.ts";
import { EmbeddedCluster, findUsableBinaries, hasCluster } from "./embedded-cluster.ts";
import { isInProcess, openInProcess } from "./in-process-database.ts";
import type { PostgresBinaries } from "./postgres-binaries.ts";
import { PostgresPool } from "./postgres-pool.ts";
import { StoreLease } from "./store-lease.ts";

export interface StorageOptions {
  /** Folder of the embedded store; made if absent. */
  readonly directory: string;
  /** A running PostgreSQL 15 or newer to use instead, as `postgres://…`. */
  readonly databaseUrl?: string | undefined;
  /** Connections at most. */
  readonly connections?: number;
  /** A server owns the embedded store alone; a command (`key create`) may use it at the same time. */
  readonly role: "server" | "command";
  readonly logger: Logger;
  /** Other PostgreSQL installations than the machine's, for tests. */
  readonly binaries?: readonly PostgresBinaries[];
}

/** The longest pause between two attempts to bring the embedded server back. */
const REPAIR_PAUSE_MS = 8_000;

/** Opens the store: the given PostgreSQL, the embedded one, or, where there is no PostgreSQL, PGlite if it is installed. The schema is the caller's next step (`migrate`). */
export async function openDatabase(options: StorageOptions): Promise<Database> {
  const began = performance.now();
  const size = options.connections ?? 8;
  if (options.databaseUrl !== undefined) return await openExternal(options.databaseUrl, size, began);

  mkdirSync(options.directory, { recursive: true, mode: 0o700 });
  const inProcess = needsInProcess(options) ? await openInProcess(options) : undefined;
  if (inProcess !== undefined) return inProcess;
  const cluster = await EmbeddedCluster.open(options);
  const repair = async (): Promise<void> => {
    await cluster.ensureRunning();
    await lease.hold();
  };
  let isClosed = false;
  let isRepairing = false;
  // Also when nobody asks for anything: without the lease a second server would be let in.
  const repairUntilWell = async (): Promise<void> => {
    if (isRepairing) return;
    isRepairing = true;
    for (let pauseMs = 250; !isClosed; pauseMs = Math.min(2 * pauseMs, REPAIR_PAUSE_MS)) {
      try {
        await repair();
        break;
      } catch (error) {
        options.logger.log("error", "storage.repair_failed", { message: String(error) });
        await sleep(pauseMs, undefined, { ref: false });
      }
    }
    isRepairing = false;
  };
  const lease = new StoreLease(cluster.target, options.role, () => void repairUntilWell());
  try {
    await lease.hold();
  } catch (error) {
    cluster.abandon();
    throw error;
  }
  const pool = new PostgresPool({
    target: cluster.target,
    size,
    check: () => lease.assertHeld(),
    onUnreachable: repair,
  });
  const description = await describe(pool, "embedded", began);
  return withDescription(pool, description, async () => {
    isClosed = true;
    await pool.close();
    if (await lease.leave()) await cluster.stop();
    else cluster.abandon();
    await lease.release();
  });
}

/** Data stays in the store that it is in: PostgreSQL is preferred for new directories only. */
function needsInProcess({ directory, binaries }: StorageOptions): boolean {
  if (hasCluster(directory)) return false;
  return isInProcess(directory) || (binaries ?? findUsableBinaries()).length === 0;
}

async function openExternal(url: string, size: number, began: number): Promise<Database> {
  const giveUp = (error: unknown): Promise<void> =>
    Promise.reject(
      new TramontaneError("storage_unavailable", `The database at TRAMONTANE_DATABASE_URL does not answer.`, {
        cause: error,
        hint: "Check that the server runs and that the address, user and password are right.",
      }),
    );
  const pool = new PostgresPool({ target: { url }, size, onUnreachable: giveUp });
  try {
    return withDescription(pool, await describe(pool, "external", began), () => pool.close());
  } catch (error) {
    await pool.close();
    throw error;
  }
}

function withDescription(pool: PostgresPool, description: StoreDescription, close: () => Promise<void>): Database {
  return {
    description,
    query: (sql, values) => pool.query(sql, values),
    execute: (sql) => pool.execute(sql),
    transaction: (work) => pool.transaction(work),
    close,
  };
}

async function describe(pool: PostgresPool, kind: StoreDescription["kind"], began: number): Promise<StoreDescription> {
  const [row] = await pool.query<{ version: string; fsync: string; full_pages: string; commit: string }>(
    `select current_setting('server_version') as version, current_setting('fsync') as fsync,
            current_setting('full_page_writes') as full_pages, current_setting('synchronous_commit') as commit`,
  );
  return {
    kind,
    version: row!.version.split(" ")[0]!,
    survivesPowerLoss: row!.fsync === "on" && row!.full_pages === "on" && row!.commit !== "off",
    openedInMs: Math.round(performance.now() - began),
  };
}
