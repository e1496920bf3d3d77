import type { Clock, Logger } from "#base";
import { closeAllBooks } from "./billing/close-books.ts";
import { Commitments } from "./billing/commitments.ts";
import { Credits } from "./billing/credits.ts";
import { Invoices } from "./billing/invoices.ts";
import { PriceLists } from "./billing/price-lists.ts";
import { Files } from "./files/files.ts";
import { createGate } from "./gate.ts";
import type { QueueingGate } from "./gate.ts";
import { LimitRules } from "./limits/limit-rules.ts";
import { openSharedRates } from "./limits/shared-rates.ts";
import { Limiter } from "./limits/limiter.ts";
import { Budgets } from "./metering/budgets.ts";
import { Meter } from "./metering/meter.ts";
import { contentFolder } from "./storage/backup-contents.ts";
import type { Database } from "./storage/database.ts";
import { migrate } from "./storage/migrate.ts";
import { SCHEMA } from "./storage/migrations/all.ts";
import { openDatabase } from "./storage/open-database.ts";
import { secureRows } from "./storage/row-security.ts";
import { TenantScope } from "./storage/tenant-scope.ts";
import { openTelemetry } from "./telemetry/otlp.ts";
import type { OidcSettings } from "./tenancy/oidc-login.ts";
import { openTenancy } from "./tenancy/open-tenancy.ts";
import { ModelNames } from "./models/model-names.ts";
import type { Tenancy } from "./tenancy/open-tenancy.ts";

export interface BackOfficeOptions {
  /** Folder of the embedded store and of the pepper. */
  readonly directory: string;
  readonly databaseUrl?: string | undefined;
  /** A server answers requests and recovers what others left; a command only reads and administers. */
  readonly role: "server" | "command";
  /** A key that works for everything in the first workspace. */
  readonly configuredKey: string | undefined;
  /** A Valkey or Redis that several servers share their rates in, as `redis://…`. */
  readonly rateStoreUrl?: string | undefined;
  /** How long a request may wait for its start when a model has too much to do; a minute, unless told otherwise. */
  readonly queueMs?: number | undefined;
  /** An OpenID provider that members sign in at. */
  readonly oidc?: OidcSettings | undefined;
  /** A collector to send traces and metrics to, by OTLP over HTTP. */
  readonly otlpUrl?: URL | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Everything that outlives a request: who is who, what is allowed, what was used and what it costs. */
export interface BackOffice extends Omit<Tenancy, "close"> {
  readonly database: Database;
  /** Runs `work` so that it sees and changes the rows of one organisation only, whatever its queries say. */
  asOrganization<T>(organizationId: string, work: () => Promise<T>): Promise<T>;
  readonly clock: Clock;
  readonly prices: PriceLists;
  readonly budgets: Budgets;
  readonly limits: LimitRules;
  readonly modelNames: ModelNames;
  readonly credits: Credits;
  readonly commitments: Commitments;
  readonly invoices: Invoices;
  readonly files: Files;
  /** Where the contents of files and documents lie. */
  readonly contentFolder: string;
  /** What inference passes through; only in a server. */
  readonly gate: QueueingGate | undefined;
  readonly meter: Meter | undefined;
  /** Writes what is still in memory, then lets go of the store. */
  close(): Promise<void>;
}

const QUEUE_MS = 60_000;
const BOOKS_MS = 600_000;

/** Opens the store, brings its schema up to date, and builds what stands on it. Errors: those of `openDatabase` and `migrate`. */
export async function openBackOffice(options: BackOfficeOptions): Promise<BackOffice> {
  const database = await openDatabase(options);
  try {
    const applied = await migrate(database, SCHEMA);
    await secureRows(database);
    options.logger.log("info", "storage.open", { ...database.description, migrationsApplied: applied.length });
    return await build(database, options);
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function build(store: Database, options: BackOfficeOptions): Promise<BackOffice> {
  const { clock, logger } = options;
  const scope = new TenantScope();
  const database = scope.guard(store);
  const tenancy = await openTenancy({ ...options, database });
  const { audit } = tenancy;
  const prices = new PriceLists({ database, clock });
  const limits = new LimitRules({ database, clock, audit });
  const meter = options.role === "server" ? await Meter.open({ database, prices, clock, logger }) : undefined;
  const telemetry = options.otlpUrl && openTelemetry({ url: options.otlpUrl, clock, logger });
  const shared = options.rateStoreUrl === undefined ? undefined : openSharedRates(options.rateStoreUrl, logger);
  const limiter = new Limiter({ rules: limits, database, clock, shared });
  const folder = contentFolder(options.directory);
  const files = new Files({ database, clock, folder });
  // Nothing is being uploaded yet, as long as nobody else may use the store.
  if (meter !== undefined && database.description.kind !== "external") await files.removeStrays();
  const chores = (): void => {
    void keepBooks(database, options);
    void sweepFiles(files, options);
  };
  const books = meter === undefined ? undefined : setInterval(chores, BOOKS_MS).unref();
  return {
    ...tenancy,
    database,
    asOrganization: (organizationId, work) => scope.run(organizationId, work),
    clock,
    prices,
    limits,
    modelNames: new ModelNames({ database, clock, audit }),
    budgets: new Budgets({ database, clock, audit }),
    credits: new Credits({ database, clock, audit }),
    commitments: new Commitments({ database, clock, audit }),
    invoices: new Invoices({ database }),
    files,
    contentFolder: folder,
    meter,
    gate: meter && createGate({ limiter, meter, logger, telemetry, clock, queueMs: options.queueMs ?? QUEUE_MS }),
    async close() {
      clearInterval(books);
      await telemetry?.close();
      await shared?.close();
      await tenancy.close();
      await meter?.close();
      await database.close();
    },
  };
}

async function keepBooks(database: Database, { clock, logger }: BackOfficeOptions): Promise<void> {
  try {
    await closeAllBooks(database, new Date(clock.nowMs()));
  } catch (error) {
    logger.log("error", "billing.books_not_closed", { message: String(error) });
  }
}

async function sweepFiles(files: Files, { logger }: BackOfficeOptions): Promise<void> {
  try {
    await files.sweep();
  } catch (error) {
    logger.log("error", "files.not_swept", { message: String(error) });
  }
}
