import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { createLogger, SeededRandom } from "#base";
import type { Clock, Logger } from "#base";
import { createEngine, readHardware } from "#engine";
import { adminRoutes, createHttpServer, createMetrics, signInRoutes, toWireFailure, workRoutes } from "#http";
import type { HttpServerParts } from "#http";
import {
  Agents,
  Catalog,
  Conversations,
  createInference,
  deployAnother,
  deployModels,
  findModelFiles,
  FormChecker,
  ModelMemory,
  openBackOffice,
  openBatches,
  openChatApp,
  openLibraries,
  openModelDesk,
  openGate,
  openPolicies,
  parseRemoteModels,
  RandomPool,
  RemoteDeployment,
  RemoteModel,
} from "#platform";
import type { ChatApp, ModelFile, OidcSettings } from "#platform";
import { createCallId } from "#prompt";
import { ensureApiKey } from "./api-key.ts";
import type { Config } from "./config.ts";
import { readTls, serverUrl } from "./tls.ts";
import { productVersion } from "./version.ts";

/** The house, running. */
export interface RunningServer {
  readonly url: string;
  /** Where the admin API is, when it has a port of its own. */
  readonly adminUrl: string | undefined;
  readonly apiKey: string;
  /** Whether the key was made by this start. */
  readonly isNewKey: boolean;
  /** The default model's name. */
  readonly defaultModel: string;
  /** Settles when the default model is loaded; rejects when it cannot be. */
  readonly ready: Promise<void>;
  readonly chatApp: ChatApp;
  /** Drains running answers, then ends the models and the store. */
  readonly close: () => Promise<void>;
}

/** Where the set-up builds the web app. */
const WEB_APP = fileURLToPath(new URL("../../dist/web", import.meta.url));

/** The models that come with the product. */
const SHIPPED_MODELS = fileURLToPath(new URL("../../models", import.meta.url));

export const systemClock: Clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };

/**
 * Builds the house from the settings and opens its doors; the default model loads meanwhile. What was built is torn down
 * again when a later step fails. Errors: `config_invalid`, `storage_unavailable`, those of the operating system.
 */
export async function startServer({ config }: { readonly config: Config }): Promise<RunningServer> {
  const clock = systemClock;
  const logger = createLogger(
    config.logLevel,
    (line) => process.stderr.write(`${line}\n`),
    () => clock.nowMs(),
  );
  const tls = readTls(config);
  const undo: (() => Promise<void> | void)[] = [];
  const close = async (): Promise<void> => {
    for (const step of undo.splice(0).toReversed()) await step();
  };
  try {
    const { key, isNew } = ensureApiKey(config);
    const { catalog, ...workshop } = buildCatalog(config, { clock, logger }, undo);
    const office = await openBackOffice({
      directory: config.dataDir,
      databaseUrl: config.databaseUrl,
      role: "server",
      configuredKey: key,
      rateStoreUrl: config.rateStoreUrl,
      queueMs: config.queueTimeoutMs,
      otlpUrl: config.otlpUrl,
      oidc: oidcOf(config),
      clock,
      logger,
    });
    undo.push(() => office.close());
    const metrics = createMetrics();
    const forms = new FormChecker();
    forms.warmUp();
    undo.push(() => forms.close());
    const ids = new RandomPool();
    const seed = randomBytes(8).readBigUInt64LE();
    const shared = {
      catalog,
      names: office.modelNames,
      clock,
      random: new SeededRandom(seed),
      newId: () => ids.take(16).toString("hex"),
      observer: metrics,
      forms,
      closing: config.closeAnswers,
    };
    const policies = openPolicies({ ...office, catalog, logger });
    undo.push(() => policies.close());
    const guarded = { ...shared, policies: policies.guard };
    const inference = createInference({ ...guarded, gate: office.gate ?? openGate });
    const agents = new Agents(office);
    const jobs = await openBatches({
      ...office,
      logger,
      agents,
      createInference: (gate, priority) => createInference({ ...guarded, gate, priority }),
      describeFailure: toWireFailure,
    });
    undo.push(() => jobs.close());
    const shelf = await openLibraries({ ...office, logger, catalog, inference });
    undo.push(() => shelf.close());
    const desk = await openModelDesk({ ...office, ...workshop, catalog, logger, hubUrl: config.hubUrl });
    undo.push(() => desk.close());
    const conversations = new Conversations({ ...office, agents, inference, documents: shelf.search });
    const chatApp = await openChatApp({ office, inference, catalog, offers: desk.offers, clock, logger });
    undo.push(() => chatApp.close());
    const parts: HttpServerParts = {
      inference,
      catalog,
      modelNames: office.modelNames,
      authenticate: (headers) => office.authenticate(headers),
      metrics,
      logger,
      clock,
      version: productVersion(),
      tls,
      app: { ...chatApp, webRoot: WEB_APP, providerSignIn: office.providerSignIn },
      options: {
        bodyBytes: config.maxBodyBytes,
        drainMs: config.drainTimeoutMs,
        unknownFields: config.unknownFields,
        accessLog: config.accessLog === "on",
      },
    };
    const work = workRoutes({ ...office, catalog, inference, agents, conversations, ...shelf, batches: jobs.batches });
    const everything = [...adminRoutes(office, policies, desk), ...work];
    const adminUrl = await openAdminPort(config, { ...parts, routes: everything }, undo);
    const server = createHttpServer(
      adminUrl === undefined
        ? { ...parts, routes: everything }
        : {
            ...parts,
            // People sign in where they chat.
            routes: [...signInRoutes(office), ...work],
            app: { ...parts.app!, consolePort: portOf(adminUrl) },
          },
    );
    const address = await server.listen(config.host, config.port);
    undo.push(() => server.close());
    const ready = catalog.default.loaded().then(() => {});
    ready.catch((error: unknown) => logger.log("error", "model.failed", { message: String(error) }));
    const url = serverUrl(config, address);
    return {
      url,
      adminUrl,
      apiKey: key,
      isNewKey: isNew,
      defaultModel: catalog.default.spec.id,
      ready,
      close,
      chatApp,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The admin API on a port of its own: everything is there, the console included, so that its pages find it. */
async function openAdminPort(config: Config, parts: HttpServerParts, undo: Undo): Promise<string | undefined> {
  if (config.adminPort === undefined) return undefined;
  const server = createHttpServer(parts);
  const address = await server.listen(config.adminHost, config.adminPort);
  undo.push(() => server.close());
  return serverUrl(config, address);
}

/** A URL does not name the port that its scheme has anyway. */
function portOf(url: string): number {
  const { port, protocol } = new URL(url);
  return port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
}

function oidcOf(config: Config): OidcSettings | undefined {
  const { oidcIssuer: issuer, oidcClientId: clientId, oidcClientSecret: clientSecret } = config;
  if (issuer === undefined) return undefined;
  const here = config.publicUrl ?? new URL(serverUrl(config, config));
  return { issuer, clientId, clientSecret, redirectUrl: new URL("/auth/oidc/callback", here) };
}

interface World {
  readonly clock: Clock;
  readonly logger: Logger;
}

type Undo = (() => Promise<void> | void)[];

function buildCatalog(config: Config, world: World, undo: Undo) {
  const engine = createEngine(world);
  undo.push(() => engine.close());
  const memory = new ModelMemory({
    ...world,
    budgetBytes: config.modelMemoryBytes ?? readHardware().totalMemoryBytes * 0.8,
    idleMs: config.modelIdleMs,
  });
  undo.push(() => memory.close());
  const { defaultModel, contextTokens, cacheTokens, threads } = config;
  const folders: [string, string] = [config.modelsDir, SHIPPED_MODELS];
  const files = findModelFiles(folders);
  const parts = { ...world, files, engine, memory, defaultModel, contextTokens, cacheTokens, threads };
  const catalog = new Catalog([...deployModels(parts), ...deployRemotes(config, world, undo)]);
  const { budgetBytes } = memory;
  return { catalog, folders, budgetBytes, deploy: (file: ModelFile) => deployAnother(file, parts) };
}

function deployRemotes(config: Config, { clock, logger }: World, undo: Undo): RemoteDeployment[] {
  const random = new SeededRandom(randomBytes(8).readBigUInt64LE());
  return parseRemoteModels(config.remoteModels, process.env).map((spec) => {
    const remote = new RemoteModel({ spec, clock, logger, newCallId: () => createCallId(random) });
    undo.push(() => remote.close());
    remote.startProbing();
    return new RemoteDeployment(remote, Math.floor(clock.nowMs() / 1000));
  });
}
