import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import {
  chownSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { TramontaneError } from "#base";
import type { Logger } from "#base";
import { clientOptions } from "./postgres-pool.ts";
import type { PostgresTarget } from "./postgres-pool.ts";
import { isSqlState } from "./database.ts";
import { findPostgresBinaries } from "./postgres-binaries.ts";
import type { PostgresBinaries } from "./postgres-binaries.ts";
import { livePostmaster } from "./postmaster-file.ts";
import { isReachableBy, serverUser } from "./server-user.ts";
import type { ServerUser } from "./server-user.ts";

const DATABASE_USER = "tramontane";
/** How long a server may say nothing while it starts. */
const START_DEADLINE_MS = 15_000;
/** SQLSTATE of a server that is starting up, recovering or shutting down. */
const CANNOT_CONNECT_NOW = "57P03";
const RETRY_PAUSE_MS = 150;
const STOP_DEADLINE_MS = 10_000;
/** Longest path of a unix socket that every platform takes. */
const SOCKET_PATH_BYTES = 103;

/** Small, durable, reachable through the socket in its own folder only. */
const SETTINGS = [
  "listen_addresses=",
  "unix_socket_directories=.",
  "unix_socket_permissions=0700",
  "fsync=on",
  "synchronous_commit=on",
  "shared_buffers=32MB",
  "max_connections=40",
  "max_wal_size=256MB",
  "wal_level=minimal",
  "max_wal_senders=0",
  "jit=off",
  "timezone=UTC",
  "log_timezone=UTC",
  "log_min_messages=warning",
];

interface EmbeddedClusterParts {
  /** Where our data lives; the cluster is its folder `postgres`. Must exist. */
  readonly directory: string;
  readonly logger: Logger;
  /** Other installations than the machine's, for tests. */
  readonly binaries?: readonly PostgresBinaries[];
}

/**
 * A real PostgreSQL server that we own: made on first use, adopted when an earlier process of ours left it running,
 * restarted when it dies, stopped when the last of us leaves.
 *
 * As root the server runs as another user, who often cannot walk to the data directory (`/root`, a 0700 checkout). It
 * does not have to: it inherits the open folder as descriptor 3 and calls it `/proc/self/fd/3`.
 */
export class EmbeddedCluster {
  readonly target: PostgresTarget;
  readonly #folder: string;
  readonly #directory: string;
  readonly #logger: Logger;
  readonly #binaries: PostgresBinaries;
  readonly #user: ServerUser | undefined;
  readonly #socketLink: string | undefined;
  #child: ChildProcess | undefined;
  #starting: Promise<void> | undefined;
  #stopped = false;

  private constructor(parts: EmbeddedClusterParts, binaries: PostgresBinaries, user: ServerUser | undefined) {
    this.#directory = parts.directory;
    this.#folder = join(parts.directory, "postgres");
    this.#logger = parts.logger;
    this.#binaries = binaries;
    this.#user = user;
    if (Buffer.byteLength(join(this.#folder, ".s.PGSQL.5432")) > SOCKET_PATH_BYTES) {
      this.#socketLink = join(mkdtempSync(join(tmpdir(), "tramontane-")), "pg");
      symlinkSync(this.#folder, this.#socketLink);
    }
    this.target = { socketDirectory: this.#socketLink ?? this.#folder, user: DATABASE_USER };
  }

  /** Resolves once the server answers. Throws `storage_unavailable`, saying what to do, when it cannot. */
  static async open(parts: EmbeddedClusterParts): Promise<EmbeddedCluster> {
    const user = serverUser();
    const folder = join(parts.directory, "postgres");
    const found = parts.binaries ?? findUsableBinaries();
    const binaries = chooseBinaries(folder, found);
    const cluster = new EmbeddedCluster(parts, binaries, user);
    try {
      cluster.#initialise();
      await cluster.ensureRunning();
    } catch (error) {
      cluster.#removeLink();
      throw error;
    }
    return cluster;
  }

  /** Starts or adopts the server if it does not answer; concurrent callers share one attempt. */
  async ensureRunning(): Promise<void> {
    if (this.#stopped) throw new TramontaneError("storage_unavailable", "The embedded PostgreSQL has been stopped.");
    this.#starting ??= this.#start().finally(() => (this.#starting = undefined));
    await this.#starting;
  }

  /** Asks the server to finish: running transactions are rolled back, everything committed is kept. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const pid = livePostmaster(this.#folder);
    for (const signal of ["SIGINT", "SIGQUIT"] as const) {
      if (pid === undefined || livePostmaster(this.#folder) !== pid) break;
      process.kill(pid, signal);
      const deadline = performance.now() + STOP_DEADLINE_MS;
      await waitUntil(
        () => livePostmaster(this.#folder) !== pid,
        () => deadline,
      );
    }
    this.#removeLink();
  }

  /** Leaves the server to whoever else uses it. */
  abandon(): void {
    this.#stopped = true;
    this.#removeLink();
  }

  #removeLink(): void {
    if (this.#socketLink !== undefined) rmSync(join(this.#socketLink, ".."), { recursive: true, force: true });
  }

  /** Makes the cluster in a scratch folder and renames it: a folder named `postgres` is always complete. */
  #initialise(): void {
    if (existsSync(join(this.#folder, "PG_VERSION"))) return;
    const scratch = mkdtempSync(join(this.#directory, "postgres-new-"));
    if (this.#user !== undefined) chownSync(scratch, this.#user.uid, this.#user.gid);
    const sync = this.#binaries.major >= 17 && process.platform === "linux" ? ["--sync-method=syncfs"] : [];
    const result = this.#withFolder(scratch, (path, descriptor) =>
      spawnSync(
        this.#binaries.initdb,
        [
          "-D",
          path,
          "-U",
          DATABASE_USER,
          "--auth=trust",
          "--encoding=UTF8",
          "--locale=C",
          "--no-instructions",
          ...sync,
        ],
        { ...this.#spawnOptions(), stdio: ["ignore", "pipe", "pipe", descriptor], encoding: "utf8" },
      ),
    );
    if (result.status !== 0) {
      rmSync(scratch, { recursive: true, force: true });
      const said = (result.error?.message ?? result.stderr).trim().slice(-600);
      throw unavailable(`initdb failed: ${said}`, said.includes("effective user ID") ? UNKNOWN_USER : undefined);
    }
    renameSync(scratch, this.#folder);
    for (const name of readdirSync(this.#directory)) {
      if (name.startsWith("postgres-new-")) rmSync(join(this.#directory, name), { recursive: true, force: true });
    }
  }

  async #start(): Promise<void> {
    // A killed postmaster's backends hold its shared memory until they notice, and another process of ours may start the
    // same cluster: a start that fails is tried again. One that says it is recovering gets all the time it needs.
    let deadline = performance.now() + START_DEADLINE_MS;
    const answers = async (): Promise<boolean> => {
      const answer = await this.#ask();
      if (answer === "starting") deadline = performance.now() + START_DEADLINE_MS;
      return answer === "yes";
    };
    do {
      if (await answers()) return;
      const running = livePostmaster(this.#folder);
      if (running === undefined) this.#spawn();
      else this.#logger.log("info", "storage.adopt", { pid: running });
      const child = this.#child;
      // A killed server can look alive for a moment longer: then there is nothing to wait for but the end of it.
      const hasEnded = (): boolean =>
        running === undefined
          ? child?.exitCode !== null || child.signalCode !== null
          : livePostmaster(this.#folder) !== running;
      await waitUntil(
        async () => hasEnded() || (await answers()),
        () => deadline,
      );
      if (hasEnded()) await sleep(RETRY_PAUSE_MS);
    } while (performance.now() < deadline);
    throw unavailable(`PostgreSQL did not start. Its last words: ${this.#lastWords()}`);
  }

  #spawn(): void {
    // A file rather than a pipe: the server must outlive a killed parent. A session of its own: Ctrl-C is ours to handle.
    const log = openSync(this.#logFile, "a", 0o600);
    const settings = [
      ...SETTINGS,
      ...(this.#binaries.major >= 18 ? ["io_method=sync"] : []),
      // After a crash all files are forced to disk first: one call, where a thousand take seconds on a busy disk.
      ...(process.platform === "linux" ? ["recovery_init_sync_method=syncfs"] : []),
    ];
    try {
      const child = this.#withFolder(this.#folder, (path, descriptor) =>
        spawn(this.#binaries.postgres, ["-D", path, ...settings.flatMap((setting) => ["-c", setting])], {
          ...this.#spawnOptions(),
          stdio: ["ignore", log, log, descriptor],
          detached: true,
        }),
      );
      child.on("error", (error) => this.#logger.log("error", "storage.spawn_failed", { message: error.message }));
      child.on("exit", (code, signal) => {
        if (!this.#stopped) this.#logger.log("warn", "storage.server_exited", { code, signal });
      });
      child.unref();
      this.#child = child;
    } finally {
      closeSync(log);
    }
  }

  get #logFile(): string {
    return join(this.#directory, "postgres.log");
  }

  #spawnOptions() {
    const environment = { PATH: process.env["PATH"] ?? "", TZ: "UTC", LC_ALL: "C" };
    return { cwd: "/", env: environment, ...this.#user };
  }

  #withFolder<T>(folder: string, run: (path: string, descriptor: number) => T): T {
    const descriptor = openSync(folder, "r");
    try {
      return run(this.#user === undefined ? folder : "/proc/self/fd/3", descriptor);
    } finally {
      closeSync(descriptor);
    }
  }

  async #ask(): Promise<"yes" | "starting" | "no"> {
    if (!existsSync(join(this.#folder, ".s.PGSQL.5432"))) return "no";
    const client = new Client(clientOptions(this.target));
    client.on("error", () => {});
    try {
      await client.connect();
      return "yes";
    } catch (error) {
      return isSqlState(error, CANNOT_CONNECT_NOW) ? "starting" : "no";
    } finally {
      await client.end().catch(() => {});
    }
  }

  #lastWords(): string {
    try {
      return readFileSync(this.#logFile, "utf8").trim().split("\n").slice(-4).join(" | ").slice(-800);
    } catch {
      return "(none)";
    }
  }
}

/** The PostgreSQL installations that the server's user can run. */
export function findUsableBinaries(): readonly PostgresBinaries[] {
  const user = serverUser();
  return findPostgresBinaries((path) => isReachableBy(user, path));
}

/** Whether a directory holds a cluster already. */
export const hasCluster = (directory: string): boolean => existsSync(join(directory, "postgres", "PG_VERSION"));

/** An existing cluster needs the major version that made it; a new one takes the best we have. */
function chooseBinaries(folder: string, found: readonly PostgresBinaries[]): PostgresBinaries {
  const versionFile = join(folder, "PG_VERSION");
  const major = existsSync(versionFile) ? Number(readFileSync(versionFile, "utf8")) : undefined;
  const chosen = found.find((binaries) => major === undefined || binaries.major === major);
  if (chosen !== undefined) return chosen;
  throw unavailable(
    major === undefined
      ? `No PostgreSQL found for ${process.platform}-${process.arch}.`
      : `The data directory was made by PostgreSQL ${major}, which is not installed (found: ${found.map((it) => it.major).join(", ") || "none"}).`,
  );
}

const UNKNOWN_USER =
  "PostgreSQL needs the user it runs as to have an entry in /etc/passwd. Add one (as containers with arbitrary user ids do at start), or set TRAMONTANE_DATABASE_URL to a running server.";

function unavailable(message: string, hint?: string): TramontaneError {
  return new TramontaneError("storage_unavailable", message, {
    hint:
      hint ??
      "Run `npm install` without --omit=optional, install PostgreSQL 15 or newer (such as `apt-get install postgresql`), set TRAMONTANE_DATABASE_URL to a running server, or, for a trial, `npm install --no-save @electric-sql/pglite@0.5.16`.",
  });
}

async function waitUntil(holds: () => boolean | Promise<boolean>, deadline: () => number): Promise<void> {
  for (let pauseMs = 10; !(await holds()) && performance.now() < deadline(); pauseMs = Math.min(1.3 * pauseMs, 250)) {
    await sleep(pauseMs);
  }
}
