import { randomUUID } from "node:crypto";
import { silentLogger } from "#base";
import type { Clock, Logger } from "#base";
import { createEngine } from "#engine";
import type { EngineModel } from "#engine";
import { adminRoutes, createHttpServer, createMetrics, toWireFailure, workRoutes } from "#http";
import type { HttpServerOptions, Route } from "#http";
import {
  Agents,
  Catalog,
  CHAT_ALIASES_OF_2402,
  Conversations,
  createInference,
  Deployment,
  FormChecker,
  openBatches,
  openGate,
  openLibraries,
  openPolicies,
} from "#platform";
import type { BackOffice, Caller, Gate, Inference, OpenBatches, OpenLibraries, Policies, RuleJudge } from "#platform";
import { chooseTemplate } from "#prompt";
import { fixedKeys } from "./fixed-keys.ts";

export const KEY = "tmk_test_0123456789abcdef";

const CALLER: Caller = {
  organizationId: "organization",
  workspaceId: "workspace",
  keyId: "key",
  userId: undefined,
  scopes: new Set(["inference"]),
  models: undefined,
};

export interface TestServer {
  /** Without `/v1`. */
  readonly origin: string;
  readonly model: EngineModel;
  /** Only with an office. */
  readonly policies: Policies | undefined;
  /** Sends JSON with a valid key. */
  send(path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  close(): Promise<void>;
}

export interface TestServerOptions {
  /** Served beside the toys. */
  readonly deployments?: readonly Deployment[];
  /** Keys, limits, metering and the admin API, in place of one fixed key and an open gate. */
  readonly office?: BackOffice;
  readonly gate?: Gate;
  /** Judges rules in place of the toy, which has no opinions. */
  readonly judge?: RuleJudge;
  readonly logger?: Logger;
  readonly http?: Partial<HttpServerOptions>;
  /** Stands between the doors and the toy, to make it slow or break it. */
  readonly disturb?: (toy: EngineModel) => EngineModel;
}

/** A whole server on a free port: real doors, real templates, the toy model. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const clock: Clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
  const engine = createEngine({ logger: silentLogger, clock });
  const toy = await engine.load({ name: "toy", source: { kind: "toy" }, contextTokens: 32_768, cacheTokens: 65_536 });
  const model = options.disturb?.(toy) ?? toy;
  const catalog = createTestCatalog(model, options.deployments ?? []);
  const metrics = createMetrics();
  const forms = new FormChecker();
  const policies =
    options.office &&
    openPolicies({ ...options.office, catalog, logger: options.logger ?? silentLogger, judge: options.judge });
  const parts = {
    catalog,
    names: options.office?.modelNames,
    policies: policies?.guard,
    judge: options.judge,
    clock,
    random: { next: () => Math.random() },
    newId: () => randomUUID().replaceAll("-", ""),
    observer: metrics,
    forms,
  };
  const inference = createInference({ ...parts, gate: options.gate ?? options.office?.gate ?? openGate });
  const jobs =
    options.office &&
    (await openBatches({
      ...options.office,
      logger: options.logger ?? silentLogger,
      agents: new Agents(options.office),
      createInference: (gate, priority) => createInference({ ...parts, gate, priority }),
      describeFailure: toWireFailure,
    }));
  const shelf =
    options.office &&
    (await openLibraries({ ...options.office, logger: options.logger ?? silentLogger, catalog, inference }));
  const server = createHttpServer({
    inference,
    catalog,
    modelNames: options.office?.modelNames,
    authenticate: options.office?.authenticate ?? fixedKeys(new Map([[KEY, CALLER]])),
    routes: officeRoutes({ office: options.office, policies, jobs, shelf, catalog, inference }),
    metrics,
    logger: options.logger ?? silentLogger,
    clock,
    version: "0.0.0-test",
    ...(options.http ? { options: options.http } : {}),
  });
  await catalog.default.loaded();
  const { port } = await server.listen("127.0.0.1", 0);
  const origin = `http://127.0.0.1:${port}`;
  return {
    origin,
    model,
    policies,
    send: (path, body, headers = {}) =>
      fetch(origin + path, {
        method: body === undefined ? "GET" : "POST",
        ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
        headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json", ...headers },
      }),
    async close() {
      await server.close();
      await jobs?.close();
      await shelf?.close();
      await policies?.close();
      await forms.close();
      await engine.close();
    },
  };
}

function createTestCatalog(model: EngineModel, others: readonly Deployment[]): Catalog {
  const load = async () => ({ engine: model, template: chooseTemplate(model.info) });
  const shared = { createdAt: 1_708_905_600, ownedBy: "tramontane", defaultTemperature: 0.7, contextTokens: 32_768 };
  return new Catalog([
    new Deployment(
      {
        ...shared,
        id: "toy-chat",
        aliases: CHAT_ALIASES_OF_2402,
        serves: { chat: true, fim: true, embeddings: false },
      },
      load,
    ),
    new Deployment(
      {
        ...shared,
        id: "mistral-embed",
        aliases: ["text-embedding-3-small"],
        serves: { chat: false, fim: false, embeddings: true },
        embeddingDimensions: 1024,
      },
      load,
    ),
    ...others,
  ]);
}

interface OfficeParts {
  readonly office: BackOffice | undefined;
  readonly policies: Policies | undefined;
  readonly jobs: OpenBatches | undefined;
  readonly shelf: OpenLibraries | undefined;
  readonly catalog: Catalog;
  readonly inference: Inference;
}

function officeRoutes({ office, policies, jobs, shelf, catalog, inference }: OfficeParts): readonly Route[] {
  if (!office || !policies || !jobs || !shelf) return [];
  const agents = new Agents(office);
  const conversations = new Conversations({ ...office, agents, inference, documents: shelf.search });
  return [
    ...adminRoutes(office, policies),
    ...workRoutes({ ...office, catalog, inference, agents, conversations, ...shelf, batches: jobs.batches }),
  ];
}
