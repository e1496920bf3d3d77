import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger } from "#base";
import type { Clock, Logger } from "#base";
import { createEngine } from "#engine";
import type { EngineModel } from "#engine";
import { adminRoutes, createHttpServer, createMetrics, toWireFailure, workRoutes } from "#http";
import type { Database, RuleJudge } from "#platform";
import {
  Agents,
  Catalog,
  Conversations,
  createInference,
  Deployment,
  openBackOffice,
  openBatches,
  openChatApp,
  openLibraries,
  openModelDesk,
  openPolicies,
} from "#platform";
import { chooseTemplate } from "#prompt";

export const APP_KEY = "tmk_app_0123456789abcdef0123";

export interface AppServer {
  readonly origin: string;
  /** The session of whoever signed in with the key, as `name=value`. */
  readonly cookie: string;
  /** The store behind it, for what no door can put there. */
  readonly database: Database;
  /** A path that signs in once. */
  signInPath(): string;
  /** Sends JSON as somebody signed in with the key. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  /** Puts a finished conversation into the store, questions and answers in turn; its id. */
  seedConversation(title: string, texts: readonly string[]): Promise<string>;
  /** Goes down as a crash would, without saving or telling anybody, and comes back on the same port and store. */
  crashAndRestart(): Promise<void>;
  close(): Promise<void>;
}

export interface AppServerOptions {
  /** Folder of the web app; undefined: one empty page, for who knocks at the doors alone. */
  readonly webRoot?: string;
  readonly disturb?: (toy: EngineModel) => EngineModel;
  readonly logger?: Logger;
  /** Who judges by the policy; undefined: the model. */
  readonly judge?: RuleJudge;
  /** What loading the second model takes; undefined: nothing. */
  readonly loadLarge?: (onProgress: (fraction: number) => void) => Promise<void>;
  /** Where models are pulled from. */
  readonly hubUrl?: string;
}

const clock: Clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };

/** The whole product on a free port, with its real store and doors; only the model is a toy. */
export async function startAppServer(options: AppServerOptions): Promise<AppServer> {
  const logger = options.logger ?? silentLogger;
  const directory = mkdtempSync(join(tmpdir(), "tramontane-app-"));
  const office = await openBackOffice({ directory, role: "server", configuredKey: APP_KEY, clock, logger });
  const engine = createEngine({ logger, clock });
  const toy = await engine.load({ name: "toy", source: { kind: "toy" }, contextTokens: 32_768, cacheTokens: 65_536 });
  const model = options.disturb?.(toy) ?? toy;
  const catalog = new Catalog([
    deploymentOf("tramontane-small", model),
    deploymentOf("tramontane-large", model, options.loadLarge),
  ]);
  const build = async (port: number) => {
    const metrics = createMetrics();
    const newId = () => randomUUID().replaceAll("-", "");
    const random = { next: () => Math.random() };
    const policies = openPolicies({ ...office, catalog, logger, judge: options.judge });
    const shared = { catalog, clock, random, newId, observer: metrics, policies: policies.guard };
    const inference = createInference({ ...shared, gate: office.gate! });
    const agents = new Agents(office);
    const jobs = await openBatches({
      ...office,
      logger,
      agents,
      createInference: (gate, priority) => createInference({ ...shared, gate, priority }),
      describeFailure: toWireFailure,
    });
    const shelf = await openLibraries({ ...office, logger, catalog, inference });
    const desk = await openModelDesk({
      ...office,
      logger,
      catalog,
      folders: [join(directory, "models")],
      hubUrl: new URL(options.hubUrl ?? "http://127.0.0.1:9"),
      budgetBytes: 20e9,
      deploy: ({ name }) => deploymentOf(name, model),
    });
    const conversations = new Conversations({ ...office, agents, inference, documents: shelf.search });
    const plug = { isPulled: false };
    const database = withPlug(office.database, plug);
    const app = await openChatApp({
      office: { ...office, database },
      inference,
      catalog,
      offers: desk.offers,
      clock,
      logger,
    });
    const authenticate = office.authenticate.bind(office);
    const parts = { inference, catalog, authenticate, metrics, logger, clock, version: "0.0.0-test" };
    const http = createHttpServer({
      ...parts,
      routes: [
        ...adminRoutes(office, policies, desk),
        ...workRoutes({ ...office, catalog, inference, agents, conversations, ...shelf, batches: jobs.batches }),
      ],
      app: { ...app, webRoot: options.webRoot ?? emptyPage(join(directory, "web")) },
      options: { drainMs: 0 },
    });
    const address = await http.listen("127.0.0.1", port);
    return { app, http, jobs, shelf, desk, plug, port: address.port };
  };
  let running = await build(0);
  const { port } = running;
  const origin = `http://127.0.0.1:${port}`;
  const cookie = await signIn(origin);
  const call: AppServer["call"] = (method, path, body, headers = {}) =>
    fetch(origin + path, {
      method,
      headers: {
        cookie,
        "x-tramontane-app": "1",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return {
    origin,
    cookie,
    database: office.database,
    signInPath: () => running.app.issueSignInPath(),
    call,
    async seedConversation(title, texts) {
      const made = (await (await call("POST", "/api/conversations", {})).json()) as { id: string };
      await call("PATCH", `/api/conversations/${made.id}`, { title });
      const rows = texts.map((content, depth) => ({ id: randomUUID(), content, depth }));
      const ids = rows.map(({ id }) => id);
      await office.database.query(
        `insert into chat_message (id, conversation_id, parent_id, depth, role, content, status, details, created_at_ms)
         select * from (select unnest($2::uuid[]), $1::uuid, unnest($3::uuid[]), unnest($4::int[]), unnest($5::text[]),
           unnest($6::text[]), 'complete', '{}'::jsonb, 0) rows`,
        [
          made.id,
          ids,
          [null, ...ids.slice(0, -1)],
          rows.map(({ depth }) => depth),
          rows.map(({ depth }) => (depth % 2 === 0 ? "user" : "assistant")),
          texts,
        ],
      );
      await office.database.query("update chat_conversation set leaf_id = $2 where id = $1", [made.id, ids.at(-1)]);
      return made.id;
    },
    async crashAndRestart() {
      running.plug.isPulled = true;
      await running.http.close();
      await running.jobs.close();
      await running.shelf.close();
      await running.desk.close();
      running = await build(port);
    },
    async close() {
      await running.http.close();
      await running.app.close();
      await running.jobs.close();
      await running.shelf.close();
      await running.desk.close();
      await office.close();
      await engine.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A store that the app loses for good when the plug is pulled, so that the one before a crash can write nothing after it. */
function withPlug(database: Database, plug: { readonly isPulled: boolean }): Database {
  const unlessPulled = <Result>(work: () => Promise<Result>) =>
    plug.isPulled ? Promise.reject(new Error("crashed")) : work();
  return {
    ...database,
    query: (sql, values) => unlessPulled(() => database.query(sql, values)),
    execute: (sql) => unlessPulled(() => database.execute(sql)),
    transaction: (work) => unlessPulled(() => database.transaction(work)),
  };
}

async function signIn(origin: string): Promise<string> {
  const response = await fetch(`${origin}/api/session`, {
    method: "POST",
    headers: { "x-tramontane-app": "1", "content-type": "application/json" },
    body: JSON.stringify({ key: APP_KEY }),
  });
  return response.headers.get("set-cookie")!.split(";", 1)[0]!;
}

function deploymentOf(
  id: string,
  model: EngineModel,
  load: AppServerOptions["loadLarge"] = async () => {},
): Deployment {
  const spec = { createdAt: 1_708_905_600, ownedBy: "tramontane", defaultTemperature: 0.7, contextTokens: 32_768 };
  const serves = { chat: true, fim: false, embeddings: false };
  return new Deployment({ ...spec, id, aliases: [], serves }, async (onProgress) => {
    await load(onProgress);
    return { engine: model, template: chooseTemplate(model.info) };
  });
}

function emptyPage(folder: string): string {
  mkdirSync(folder);
  writeFileSync(join(folder, "index.html"), "<!doctype html>");
  return folder;
}
